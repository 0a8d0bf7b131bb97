#!/bin/bash
# fuzz.sh [TARGET...]: builds the fuzz targets here and runs all of them, or those named, for FUZZ_SECONDS seconds each
# (20), as many at once as there are processors. Fails when one crashes, hangs or runs out of memory, and prints the
# input. What a run finds interesting is kept in .build-fuzz/corpus, where the next run begins.
set -euo pipefail
. "$(dirname "$0")/../../initrd/debian.sh"

HERE=$ROOT/Tests/Fuzz
SECONDS_EACH=${FUZZ_SECONDS:-20}
# "fuzzer,address" also finds wrong memory accesses, such as those of C called wrongly, at less than half the speed.
SANITIZERS=${FUZZ_SANITIZERS:-fuzzer}
BUILD=$ROOT/.build-fuzz/${SANITIZERS/,/-}
CORPUS=$ROOT/.build-fuzz/corpus
FINDINGS=$ROOT/.build-fuzz/findings

[[ $SECONDS_EACH =~ ^[1-9][0-9]*$ ]] || fail "FUZZ_SECONDS must be a number of seconds, not \"$SECONDS_EACH\""
targets=("$@")
[ $# -gt 0 ] || mapfile -t targets < <(ls "$HERE/Targets")
for target in "${targets[@]}"; do
    [ -d "$HERE/Targets/$target" ] || fail "there is no fuzz target $target in $HERE/Targets"
done

# A debug build: it reaches internal parsers, and checks more than a release build does.
swift build --package-path "$HERE" --scratch-path "$BUILD" --sanitize fuzzer -Xswiftc "-sanitize=$SANITIZERS" >&2

# run TARGET: its output goes to a file. libFuzzer's own handler of crashes is installed only if Swift's is not.
run() {
    local options=(-max_total_time="$SECONDS_EACH" -timeout=10 -rss_limit_mb=1024 -artifact_prefix="$FINDINGS/$1-")
    [ ! -f "$HERE/Dictionaries/$1" ] || options+=(-dict="$HERE/Dictionaries/$1")
    mkdir -p "$CORPUS/$1"
    ASAN_OPTIONS=quarantine_size_mb=16 SWIFT_BACKTRACE=enable=no \
        "$BUILD/debug/$1Fuzz" "${options[@]}" "$CORPUS/$1" "$HERE/Corpus/$1" > "$BUILD/$1.log" 2>&1
}

# report TARGET: what a run came to.
report() {
    local finding line
    finding=$(sed -n 's/.*Test unit written to //p' "$BUILD/$1.log")
    if [ -z "$finding" ]; then
        line=$(grep -a 'DONE' "$BUILD/$1.log" | tail -n 1)
        [ -n "$line" ] || { tail -n 20 "$BUILD/$1.log"; say "error: $1 did not run to its end"; return 1; }
        printf '%-16s %s\n' "$1" "$line"
        return 0
    fi
    grep -aE 'Fatal error|ERROR|SUMMARY|/Sources/|/Targets/' "$BUILD/$1.log" | head -n 30
    say "error: $1 fails for this input ($(wc -c < "$finding") bytes):"
    say "$(basenc --base16 -w 0 "$finding")"
    say "To run it again, after make fuzz:"
    say "  basenc --base16 -d <<< HEX > input && $BUILD/debug/$1Fuzz input"
    return 1
}

mkdir -p "$FINDINGS"
rm -f "$FINDINGS"/*
for target in "${targets[@]}"; do
    while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n || true; done
    run "$target" &
done
wait
status=0
for target in "${targets[@]}"; do report "$target" || status=1; done
exit $status
