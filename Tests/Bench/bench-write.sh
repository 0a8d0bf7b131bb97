#!/bin/bash
# Measures `martlet write` against the usual pipes: HTTP on loopback to a loop device, the same image in several
# compressions, medians of several runs, ratios, and the peak memory of `martlet`.
#
#   Tests/Bench/bench-write.sh IMAGE.raw [MARTLET]
#
# The image is compressed beside it once. Needs root, curl, zstd, xz, pigz, qemu-utils and python3. RUNS=5 unless set.
# The loop device lies on tmpfs where that has room, so that the programs are measured and not this machine's disk.
set -euo pipefail

image=$(realpath "${1:?usage: bench-write.sh IMAGE.raw [MARTLET]}")
martlet=${2:-$(dirname "$0")/../../.build/release/martlet}
runs=${RUNS:-5}
name=$(basename "$image")
size=$(stat -c %s "$image")
room=$(($(df --output=avail -B1 /dev/shm | tail -n 1) / 2))
place=$(dirname "$image")
if [ "$room" -gt "$size" ]; then place=/dev/shm; fi
work=$(mktemp -d "$place/martlet-bench.XXXXXX")
loop=
server=

clean_up() {
    [ -z "$loop" ] || losetup -d "$loop" || true
    [ -z "$server" ] || kill "$server" || true
    rm -rf "$work"
}
trap clean_up EXIT
trap "exit 1" HUP INT TERM

compress() {
    [ "$image.$1" -nt "$image" ] && return
    echo "compressing $name.$1"
    "${@:2}" < "$image" > "$image.$1.new"
    mv "$image.$1.new" "$image.$1"
}
compress zst zstd -q -9 -T0
compress gz pigz -6
compress xz xz -6 -T0

python3 - "$(dirname "$image")" "$work/port" > /dev/null 2>&1 << 'EOF' &
import functools, http.server, sys
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
open(sys.argv[2] + ".new", "w").write(str(server.server_port))
__import__("os").rename(sys.argv[2] + ".new", sys.argv[2])
server.serve_forever()
EOF
server=$!
for _ in $(seq 50); do
    [ -s "$work/port" ] && break
    sleep 0.1
done
url=http://127.0.0.1:$(cat "$work/port")/$name

# Every run gets a disk of the same state: full of something else, as a machine that is provisioned anew.
fresh_disk() {
    if [ -z "$loop" ]; then
        head -c "$((size + (16 << 20)))" /dev/zero | tr '\0' '\252' > "$work/disk"
        loop=$(losetup -f --show "$work/disk")
    else
        tr '\0' '\252' < /dev/zero | head -c "$((size + (16 << 20)))" |
            dd of="$loop" bs=4M iflag=fullblock oflag=direct status=none || true
    fi
    sync "$loop"
}

pipe() { curl -sf "$url.$1" | "${@:2}" | dd of="$loop" oflag=direct bs=4M iflag=fullblock status=none; }
qemu() {
    curl -sf "$url.zst" | zstd -dcq > "$work/disk.raw"
    qemu-img convert -n -t none -f raw -O raw "$work/disk.raw" "$loop"
    rm "$work/disk.raw"
}
ours() { "$martlet" write "$url.$1" "$loop" --yes > /dev/null 2> "$work/errors"; }

seconds() {
    local start=$EPOCHREALTIME
    "$@" || { cat "$work/errors" >&2; exit 1; }
    echo "$start $EPOCHREALTIME" | awk '{ printf "%.3f\n", $2 - $1 }'
}
median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

declare -A contest=(
    [zstd]="ours zst|pipe zst zstd -dcq" [gzip]="ours gz|pipe gz pigz -dc" [xz]="ours xz|pipe xz xz -dcq -T0"
    [qemu-img]="ours zst|qemu"
)
order="zstd gzip xz qemu-img"
echo "$name: $((size >> 20)) MiB, $runs runs each, $(nproc) CPUs, loop device on $(df --output=fstype "$work" | tail -n 1)"
for _ in $(seq "$runs"); do
    for what in $order; do
        fresh_disk
        # shellcheck disable=SC2086 # a command with its arguments
        seconds ${contest[$what]%|*} >> "$work/$what.ours"
        fresh_disk
        # shellcheck disable=SC2086
        seconds ${contest[$what]#*|} >> "$work/$what.theirs"
    done
done

printf '%-10s %12s %12s %8s\n' "" "martlet (s)" "other (s)" "ratio"
for what in $order; do
    mine=$(median "$work/$what.ours")
    other=$(median "$work/$what.theirs")
    printf '%-10s %12s %12s %8s\n' "$what" "$mine" "$other" "$(echo "$other $mine" | awk '{ printf "%.2f", $1 / $2 }')"
done
echo "(zstd, gzip, xz: curl | decoder | dd oflag=direct bs=4M; qemu-img: curl to a file, then qemu-img convert)"

for kind in zst gz xz; do
    "$martlet" write "$url.$kind" "$loop" --yes > /dev/null 2>&1 &
    writer=$!
    peak=0
    while [ -r "/proc/$writer/status" ]; do
        now=$(awk '/^VmHWM/ { print $2 }' "/proc/$writer/status" 2> /dev/null || true)
        [ "${now:-0}" -gt "$peak" ] && peak=$now
        sleep 0.02
    done
    wait "$writer"
    echo "peak memory with $kind: $((peak >> 10)) MiB"
done
