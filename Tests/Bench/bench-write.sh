#!/bin/bash
# Measures `martlet write` against what one would type instead: HTTP on loopback to a loop device, the same image in
# several compressions, interleaved runs, ratios of medians, and peak memory. README.md here says how to read it.
#
#   Tests/Bench/bench-write.sh IMAGE.raw MARTLET
#
# IMAGE.raw.zst, .gz and .xz lie beside the image; .lz4, .bz2 and .qcow2 are made there. Needs root or sudo, and busybox,
# curl, lz4, pbzip2, pigz, qemu-utils, time, xz and zstd. RUNS=5 unless set. The loop device lies in memory where that has
# room, so that the programs are measured and not this machine's disk. Whether a target is met is printed; only a program
# that fails or writes other bytes is an error.
set -euo pipefail

[ $# = 2 ] || { echo "usage: bench-write.sh IMAGE.raw MARTLET" >&2; exit 2; }
[ "$(id -u)" = 0 ] || exec sudo RUNS="${RUNS:-5}" "$0" "$@"
PATH=$PATH:/sbin:/usr/sbin
image=$(realpath "$1")
martlet=$(realpath "$2")
runs=${RUNS:-5}
name=$(basename "$image")
size=$(stat -c %s "$image")
mebi=$((1 << 20))

# Room for the disk and for the qcow2 image as it is downloaded.
place=$(dirname "$image")
room=$(df --output=avail -BM /dev/shm | tail -n 1 | tr -dc 0-9)
free=$(awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)
if [ "$room" -gt $((size * 2 / mebi)) ] && [ "$free" -gt $((size * 3 / mebi)) ]; then place=/dev/shm; fi
work=$(mktemp -d "$place/martlet-bench.XXXXXX")
loop=
server=

clean_up() {
    [ -z "$loop" ] || losetup -d "$loop" || true
    [ -z "$server" ] || kill "$server" 2> /dev/null || true
    rm -rf "$work"
}
trap clean_up EXIT
trap "exit 1" HUP INT TERM

qcow2=$image.qcow2
if [ ! "$qcow2" -nt "$image" ]; then
    echo "making $name.qcow2 (zstd), once"
    qemu-img convert -c -O qcow2 -o compression_type=zstd "$image" "$qcow2.new"
    mv "$qcow2.new" "$qcow2"
fi

# make COMPRESSION COMMAND: IMAGE.raw.COMPRESSION, unless it is there.
make() {
    [ ! "$image.$1" -nt "$image" ] || return 0
    echo "making $name.$1, once"
    "${@:2}" < "$image" > "$image.$1.new"
    mv "$image.$1.new" "$image.$1"
}
make lz4 lz4 -q -c
make bz2 pbzip2 -c

for port in $(shuf -i 20000-29999 -n 5); do
    busybox httpd -f -p "127.0.0.1:$port" -h "$(dirname "$image")" 2> /dev/null &
    server=$!
    sleep 0.3
    kill -0 "$server" 2> /dev/null && break
    server=
done
[ -n "$server" ] || { echo "no free port for the image server" >&2; exit 1; }
url=http://127.0.0.1:$port/$name

# Every run gets a disk in the same state: full of something else, as on a machine that is provisioned anew.
head -c $((64 * mebi)) /dev/zero | tr '\0' '\252' > "$work/pattern"
blocks=$((size / mebi / 64 + 2))
truncate -s $((blocks * 64))M "$work/disk"
loop=$(losetup -f --show "$work/disk")
fresh_disk() {
    local block
    for ((block = 0; block < blocks; block++)); do
        dd if="$work/pattern" of="$loop" bs=4M seek=$((block * 16)) oflag=direct status=none
    done
    sync "$loop"
}

# Without fullblock, dd writes what one read(2) of the pipe gave, and leaves O_DIRECT at the first such piece.
to_disk="dd of=$loop oflag=direct bs=4M iflag=fullblock status=none"
declare -A ours=(
    [zstd]="'$martlet' write $url.zst $loop --yes" [gzip]="'$martlet' write $url.gz $loop --yes"
    [xz]="'$martlet' write $url.xz $loop --yes" [lz4]="'$martlet' write $url.lz4 $loop --yes"
    [bzip2]="'$martlet' write $url.bz2 $loop --yes" [qemu-img]="'$martlet' write $url.zst $loop --yes"
)
declare -A theirs=(
    [zstd]="curl -sSf $url.zst | zstd -dcq | $to_disk" [gzip]="curl -sSf $url.gz | pigz -dc | $to_disk"
    [xz]="curl -sSf $url.xz | xz -dc -T0 | $to_disk" [lz4]="curl -sSf $url.lz4 | lz4 -dcq | $to_disk"
    [bzip2]="curl -sSf $url.bz2 | pbzip2 -dc | $to_disk"
    [qemu-img]="curl -sSf -o $work/qcow2 $url.qcow2 && qemu-img convert -n -W -t none -O raw $work/qcow2 $loop"
)
declare -A meaning=(
    [zstd]="curl | zstd -dc | dd" [gzip]="curl | pigz -dc | dd" [xz]="curl | xz -dc -T0 | dd"
    [lz4]="curl | lz4 -dc | dd" [bzip2]="curl | pbzip2 -dc | dd"
    [qemu-img]="curl, qemu-img convert (zstd)"
)
declare -A target=([zstd]=1.5 [gzip]=1.0)
order="zstd gzip xz lz4 bzip2 qemu-img"

# run FILE COMMAND: appends the seconds it took and the KiB of its largest process to FILE.
run() {
    local start end
    fresh_disk
    start=$EPOCHREALTIME
    if ! /usr/bin/time -q -f %M -o "$work/memory" bash -o pipefail -c "$2" > "$work/said" 2>&1; then
        echo "failed: $2" >&2
        cat "$work/said" >&2
        exit 1
    fi
    end=$EPOCHREALTIME
    rm -f "$work/qcow2"
    echo "$start $end $(cat "$work/memory")" | awk '{ printf "%.3f %d\n", $2 - $1, $3 }' >> "$1"
}

# The first and last MiB hold the partition tables, which martlet fits to the disk.
compare() {
    cmp -i "$mebi" -n $((size - 2 * mebi)) "$image" "$loop" || { echo "wrong bytes: $1" >&2; exit 1; }
}

idle() {
    local before after
    before=$(awk '/^cpu / { print $5, $2 + $3 + $4 + $5 + $6 + $7 + $8 }' /proc/stat)
    sleep 2
    after=$(awk '/^cpu / { print $5, $2 + $3 + $4 + $5 + $6 + $7 + $8 }' /proc/stat)
    echo "$before $after" | awk '{ print int(100 * ($3 - $1) / ($4 - $2 + 0.001)) }'
}

# Before each pair, waits until the processors are idle: five minutes in all, then it measures all the same.
patience=150
disturbed=0
wait_for_calm() {
    local percent
    while percent=$(idle); [ "$percent" -lt 80 ]; do
        if [ "$patience" = 0 ]; then
            disturbed=$((disturbed + 1))
            return
        fi
        patience=$((patience - 1))
    done
}

# Untimed runs bring the files into the page cache and show that every program writes the image.
for what in $order; do
    for command in "${ours[$what]}" "${theirs[$what]}"; do
        run "$work/warm-up" "$command"
        compare "$command"
    done
done

load=$(cut -d ' ' -f 1 /proc/loadavg)
for _ in $(seq "$runs"); do
    for what in $order; do
        wait_for_calm
        run "$work/$what.ours" "${ours[$what]}"
        run "$work/$what.theirs" "${theirs[$what]}"
    done
done
echo "$name: $((size / mebi)) MiB, HTTP on loopback to a loop device on $(df --output=fstype "$work" | tail -n 1)"
echo "$runs runs each, interleaved; $(nproc) processors, load $load before and $(cut -d ' ' -f 1 /proc/loadavg) after"
[ "$disturbed" = 0 ] || echo "$disturbed of $((runs * ${#ours[@]})) pairs ran while this machine did other work: measure again"

# statistics FILE: median, least and greatest time, and the greatest memory in MiB.
statistics() {
    sort -n "$1" | awk '
        { time[NR] = $1; if ($2 > memory) memory = $2 }
        END {
            median = NR % 2 ? time[(NR + 1) / 2] : (time[NR / 2] + time[NR / 2 + 1]) / 2
            printf "%.2f %.2f %.2f %d\n", median, time[1], time[NR], memory / 1024
        }'
}

verdict() {
    [ -n "$2" ] || return 0
    awk -v ratio="$1" -v target="$2" \
        'BEGIN { printf "target %.1f: %s", target, (ratio >= target ? "met" : "missed") }'
}

printf '\n%-30s %-21s %-21s %6s  %s\n' "other program" "martlet: s, MiB" "other: s, MiB" ratio ""
for what in $order; do
    read -r mine least most memory <<< "$(statistics "$work/$what.ours")"
    read -r other other_least other_most other_memory <<< "$(statistics "$work/$what.theirs")"
    ratio=$(awk -v mine="$mine" -v other="$other" 'BEGIN { printf "%.2f", other / mine }')
    printf '%-30s %-21s %-21s %6s  %s\n' "${meaning[$what]}" "$mine ($least-$most) $memory" \
        "$other ($other_least-$other_most) $other_memory" "$ratio" "$(verdict "$ratio" "${target[$what]:-}")"
done
echo "Seconds are medians (least-greatest); ratio is other / martlet; MiB is the peak resident size of the largest process."
