#!/bin/bash
# Measures `martlet write` against what one would type instead: HTTP on loopback to a loop device, the same image in
# several compressions, interleaved runs, ratios of medians, and peak memory. README.md here says how to read it.
#
#   Tests/Bench/bench-write.sh IMAGE.raw MARTLET
#
# IMAGE.raw.zst, .gz and .xz lie beside the image; the others are made there. Needs root or sudo, and the packages that `make bench` installs; the
# peers that come from PyPI are left out where PEERS, a virtual environment, has none. RUNS=5 unless set; ROWS names the
# rows to measure, all unless set. The loop device lies in memory where that has room, so that the programs are measured
# and not this machine's disk. Whether a target is met is printed; only a program that fails or writes other bytes is an
# error.
set -euo pipefail

[ $# = 2 ] || { echo "usage: bench-write.sh IMAGE.raw MARTLET" >&2; exit 2; }
[ "$(id -u)" = 0 ] || exec sudo RUNS="${RUNS:-5}" ROWS="${ROWS:-}" PEERS="${PEERS:-}" "$0" "$@"
PATH=$PATH:/sbin:/usr/sbin
image=$(realpath "$1")
martlet=$(realpath "$2")
runs=${RUNS:-5}
name=$(basename "$image")
size=$(stat -c %s "$image")
mebi=$((1 << 20))
noise_size=$((2048 * mebi))
peers=${PEERS:-}

# Room for the disk, for the qcow2 image as it is downloaded, and for two gigabytes of noise.
place=$(dirname "$image")
room=$(df --output=avail -BM /dev/shm | tail -n 1 | tr -dc 0-9)
free=$(awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)
needed=$(((size + 2 * noise_size) / mebi))
if [ "$room" -gt $needed ] && [ "$free" -gt $((needed + size / mebi)) ]; then place=/dev/shm; fi
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

mkdir "$work/www"
ln -s "$image" "$image".{zst,gz,xz,lz4,bz2,qcow2} "$work/www/"
for port in $(shuf -i 20000-29999 -n 5); do
    busybox httpd -f -p "127.0.0.1:$port" -h "$work/www" 2> /dev/null &
    server=$!
    sleep 0.3
    kill -0 "$server" 2> /dev/null && break
    server=
done
[ -n "$server" ] || { echo "no free port for the image server" >&2; exit 1; }
url=http://127.0.0.1:$port/$name
noise_url=http://127.0.0.1:$port/noise.raw

# Every run gets a disk in the same state: full of something else, as on a machine that is provisioned anew.
head -c $((64 * mebi)) /dev/zero | tr '\0' '\252' > "$work/pattern"
blocks=$(((size > noise_size ? size : noise_size) / mebi / 64 + 2))
truncate -s $((blocks * 64))M "$work/disk"
loop=$(losetup -f --show "$work/disk")
fresh_disk() {
    local block
    for ((block = 0; block < blocks; block++)); do
        dd if="$work/pattern" of="$loop" bs=4M seek=$((block * 16)) oflag=direct status=none
    done
    sync "$loop"
}

# Two gigabytes that nothing compresses, as an image that is served as it is.
noise=$work/www/noise.raw
openssl enc -aes-128-ctr -nosalt -pass pass:martlet -pbkdf2 -in /dev/zero 2> /dev/null | head -c $noise_size > "$noise" || true
dd if=/dev/zero of="$noise" bs=1M count=1 conv=notrunc status=none
sgdisk --clear --new=1:1M:-1M "$noise" > /dev/null
noise_digest=$(sha256sum "$noise" | cut -d ' ' -f 1)
digest=$(sha256sum "$image" | cut -d ' ' -f 1)

# Without fullblock, dd writes what one read(2) of the pipe gave, and leaves O_DIRECT at the first such piece.
to_disk="dd of=$loop oflag=direct bs=4M iflag=fullblock status=none"
order=()
declare -A ours theirs meaning target source
# row NAME TARGET MEANING SOURCE OURS THEIRS: what is timed against what, and the file whose bytes must come out.
row() {
    order+=("$1")
    target[$1]=$2 meaning[$1]=$3 source[$1]=$4 ours[$1]=$5 theirs[$1]=$6
}
write="'$martlet' write --yes"
sums="--checksum sha256:$digest"

row zstd 2.0 'curl | zstd -dc | dd' "$image" "$write $url.zst $loop" "curl -sSf $url.zst | zstd -dcq | $to_disk"
row zstd+sha256 1.4 'the same; sha256 on our side' "$image" "$write $sums $url.zst $loop" "${theirs[zstd]}"
row gzip 2.5 'curl | pigz -dc | dd' "$image" "$write $url.gz $loop" "curl -sSf $url.gz | pigz -dc | $to_disk"
row igzip 1.5 'curl | igzip -dc | dd' "$image" "${ours[gzip]}" "curl -sSf $url.gz | igzip -dc | $to_disk"
row bmaptool '' 'bmaptool copy (gzip)' "$image" "${ours[gzip]}" "bmaptool -q copy --nobmap $url.gz $loop"
row xz 1.0 'curl | xz -dc -T0 | dd' "$image" "$write $url.xz $loop" "curl -sSf $url.xz | xz -dc -T0 | $to_disk"
row lz4 '' 'curl | lz4 -dc | dd' "$image" "$write $url.lz4 $loop" "curl -sSf $url.lz4 | lz4 -dcq | $to_disk"
row bzip2 '' 'curl | pbzip2 -dc | dd' "$image" "$write $url.bz2 $loop" "curl -sSf $url.bz2 | pbzip2 -dc | $to_disk"
row qcow2 1.5 'curl, qemu-img convert' "$image" "$write $url.qcow2 $loop" \
    "curl -sSf -o $work/qcow2 $url.qcow2 && qemu-img convert -n -W -t none -O raw $work/qcow2 $loop"
row noise 2.0 'curl | dd, incompressible' "$noise" "$write $noise_url $loop" "curl -sSf $noise_url | $to_disk"
if [ -e "$peers/installed" ]; then
    row ironic 4.0 "ironic's writer, incompressible" "$noise" \
        "$write --checksum sha256:$noise_digest $noise_url $loop" \
        "$peers/bin/python '$(dirname "$0")/ironic-writer.py' $noise_url $noise_digest $loop"
    row rapidgzip '' 'curl | rapidgzip -dc | dd' "$image" "${ours[gzip]}" \
        "curl -sSf $url.gz | $peers/bin/rapidgzip -dc -P 0 | $to_disk"
fi
# The floor is the slower of the decoder alone and dd alone; a ratio of 0.8 is the most that overlapping them can miss.
row decoder '' 'zstd -dc to /dev/null' "" "${ours[zstd]}" "zstd -dcq '$image.zst' > /dev/null"
row dd '' 'dd of the raw image' "" "${ours[zstd]}" "dd if='$image' of=$loop oflag=direct bs=4M status=none"
for what in zstd gzip noise; do
    row "$what@1" '' "${meaning[$what]}, one core" "${source[$what]}" \
        "taskset -c 0 bash -c \"${ours[$what]}\"" "taskset -c 0 bash -o pipefail -c \"${theirs[$what]}\""
done
[ -z "${ROWS:-}" ] || read -r -a order <<< "$ROWS"

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
compare() { # file, command
    local length
    [ -n "$1" ] || return 0
    length=$(stat -Lc %s "$1")
    cmp -i "$mebi" -n $((length - 2 * mebi)) "$1" "$loop" || { echo "wrong bytes: $2" >&2; exit 1; }
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
for what in "${order[@]}"; do
    for command in "${ours[$what]}" "${theirs[$what]}"; do
        [ "$command" != "${theirs[decoder]:-}" ] || continue
        run "$work/warm-up" "$command"
        compare "${source[$what]}" "$command"
    done
done

load=$(cut -d ' ' -f 1 /proc/loadavg)
for _ in $(seq "$runs"); do
    for what in "${order[@]}"; do
        wait_for_calm
        run "$work/$what.ours" "${ours[$what]}"
        run "$work/$what.theirs" "${theirs[$what]}"
    done
done
echo "$name: $((size / mebi)) MiB, HTTP on loopback to a loop device on $(df --output=fstype "$work" | tail -n 1)"
echo "$runs runs each, interleaved; $(nproc) processors, load $load before and $(cut -d ' ' -f 1 /proc/loadavg) after"
[ "$disturbed" = 0 ] || echo "$disturbed of $((runs * ${#order[@]})) pairs ran while this machine did other work: measure again"

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

printf '\n%-42s %-21s %-21s %6s  %s\n' "other program" "martlet: s, MiB" "other: s, MiB" ratio ""
for what in "${order[@]}"; do
    read -r mine least most memory <<< "$(statistics "$work/$what.ours")"
    read -r other other_least other_most other_memory <<< "$(statistics "$work/$what.theirs")"
    ratio=$(awk -v mine="$mine" -v other="$other" 'BEGIN { printf "%.2f", other / mine }')
    printf '%-42s %-21s %-21s %6s  %s\n' "$what: ${meaning[$what]}" "$mine ($least-$most) $memory" \
        "$other ($other_least-$other_most) $other_memory" "$ratio" "$(verdict "$ratio" "${target[$what]:-}")"
done
echo "Seconds are medians (least-greatest); ratio is other / martlet; MiB is the peak resident size of the largest process."
if [ -s "$work/decoder.theirs" ] && [ -s "$work/dd.theirs" ] && [ -s "$work/zstd.ours" ]; then
    for what in decoder dd; do statistics "$work/$what.theirs"; done | sort -n | tail -n 1 \
        | awk -v mine="$(statistics "$work/zstd.ours")" '{
            split(mine, time, " ")
            printf "zstd reaches %.2f of the floor, the slower of decoder and dd (%.2f s); target 0.8: %s\n",
                $1 / time[1], $1, ($1 / time[1] >= 0.8 ? "met" : "missed")
        }'
fi
