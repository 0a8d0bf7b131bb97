#!/bin/bash
# build-uki.sh [--append WORDS] [--output FILE]: out/martlet.efi, a unified kernel image: systemd's EFI stub with the
# server kernel, its initramfs and the command line as sections. WORDS are added to the command line.
set -euo pipefail
. "$(dirname "$0")/debian.sh"

append=
output=$OUT/martlet.efi
while [ $# -gt 0 ]; do
    case $1 in
    --append) append=${2:?words}; shift 2 ;;
    --output) output=${2:?file}; shift 2 ;;
    *) fail "usage: build-uki.sh [--append WORDS] [--output FILE]" ;;
    esac
done
kernel=$OUT/vmlinuz-server
initramfs=$OUT/initramfs-server.img
for file in "$kernel" "$initramfs"; do [ -e "$file" ] || fail "$file is missing: run make initrd"; done
install_packages systemd-boot-efi binutils
stub=/usr/lib/systemd/boot/efi/linuxx64.efi.stub

work=$(mktemp -d "$CACHE/uki.XXXXXX")
trap 'rm -rf "$work"' EXIT
printf '%s' "console=tty0 console=ttyS0,115200${append:+ $append}" > "$work/cmdline"

# Each section begins on a page of its own behind what the stub has already.
arguments=()
address=$(objdump -h "$stub" | awk '$1 ~ /^[0-9]+$/ { print $4, $3 }' |
    while read -r start size; do echo $((16#$start + 16#$size)); done | sort -n | tail -n 1)
add() {
    address=$(((address + 4095) / 4096 * 4096))
    arguments+=(--add-section "$1=$2" --set-section-flags "$1=data,readonly" --change-section-vma "$(printf '%s=%#x' "$1" $address)")
    address=$((address + $(stat -c %s "$2")))
}
add .osrel "$ROOT/initrd/os-release"
add .cmdline "$work/cmdline"
add .linux "$kernel"
add .initrd "$initramfs"
objcopy "${arguments[@]}" "$stub" "$output.new"
mv "$output.new" "$output"
say "$output: $(stat -c %s "$output") bytes"
