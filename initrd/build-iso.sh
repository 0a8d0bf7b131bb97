#!/bin/bash
# build-iso.sh [--deploy DIR] [--uki FILE] [--output FILE]: out/martlet.iso, which UEFI machines boot from a virtual CD or
# a USB stick. DIR (with vars, nocloud/, …) becomes /deploy of its ISO 9660 tree, where the agent looks for its orders.
set -euo pipefail
. "$(dirname "$0")/debian.sh"

deploy=
uki=$OUT/martlet.efi
output=$OUT/martlet.iso
while [ $# -gt 0 ]; do
    case $1 in
    --deploy) deploy=${2:?directory}; shift 2 ;;
    --uki) uki=${2:?file}; shift 2 ;;
    --output) output=${2:?file}; shift 2 ;;
    *) fail "usage: build-iso.sh [--deploy DIR] [--uki FILE] [--output FILE]" ;;
    esac
done
[ -e "$uki" ] || fail "$uki is missing: run make iso"
install_packages dosfstools mtools xorriso

work=$(mktemp -d "$CACHE/iso.XXXXXX")
trap 'rm -rf "$work"' EXIT
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-0}
mkdir -p "$work/tree/deploy"
[ -z "$deploy" ] || cp -rL "$deploy/." "$work/tree/deploy/"

# The FAT image that El Torito hands to the firmware: the program, and room for the tables.
efi=$work/efi.img
truncate -s $((($(stat -c %s "$uki") / 1048576 + 4) * 1048576)) "$efi"
# FAT knows no time before 1980.
cp "$uki" "$work/program"
touch -d @315532800 "$work/program"
PATH=$PATH:/sbin:/usr/sbin mkfs.vfat --invariant -i 4d41525f -n MARTLET "$efi" > /dev/null
mmd -i "$efi" ::/EFI ::/EFI/BOOT
mcopy -m -i "$efi" "$work/program" ::/EFI/BOOT/BOOTX64.EFI
find "$work/tree" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

# The image lies behind the tree as a GPT partition, too, so that a stick written with the ISO boots.
xorriso -as mkisofs -quiet -V MARTLET -r -o "$output.new" \
    -append_partition 2 C12A7328-F81F-11D2-BA4B-00A0C93EC93B "$efi" -appended_part_as_gpt \
    -e --interval:appended_partition_2:all:: -no-emul-boot "$work/tree"
mv "$output.new" "$output"
say "$output: $(stat -c %s "$output") bytes"
