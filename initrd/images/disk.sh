# shellcheck shell=bash
# Functions that both guest images are made with. Sourced after ../debian.sh.

# little_endian BYTES NUMBER: the number as that many bytes, lowest first.
little_endian() {
    local count=$1 number=$2 escaped=''
    while [ "$count" -gt 0 ]; do
        escaped+=$(printf '\\x%02x' $((number & 255)))
        number=$((number >> 8))
        count=$((count - 1))
    done
    printf '%b' "$escaped"
}

# put FILE OFFSET: writes standard input into a file at a byte offset and leaves the rest as it is.
put() { dd of="$1" oflag=seek_bytes seek="$2" conv=notrunc,sparse bs=1M status=none; }

# write_bios_grub IMAGE BOOT.IMG CORE.IMG SECTOR: what grub-bios-setup does with a device, done to a file. The boot code
# goes to sector 0 around the partition table and finds the core image in the BIOS boot partition at SECTOR.
write_bios_grub() {
    local image=$1 boot=$2 core=$3 sector=$4
    head -c 440 "$boot" | put "$image" 0
    # boot.img 0x5c: where the core begins. 0x66: no guess that a drive without bit 7 is a floppy.
    little_endian 8 "$sector" | put "$image" $((0x5c))
    printf '\x90\x90' | put "$image" $((0x66))
    put "$image" $((sector * 512)) < "$core"
    # The last 12 bytes of the core's first sector: where its rest begins. Length and address are right already.
    little_endian 8 $((sector + 1)) | put "$image" $((sector * 512 + 500))
}

# fake_root COMMAND...: runs a command that must see files owned by root.
fake_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else install_packages fakeroot && fakeroot "$@"; fi
}

# make_esp FILE MEGABYTES LABEL EFI-PROGRAM: a FAT file system with the program as EFI/BOOT/BOOTX64.EFI.
make_esp() {
    rm -f "$1"
    truncate -s "$2M" "$1"
    PATH=$PATH:/sbin:/usr/sbin mkfs.vfat --invariant -i 4d41525f -n "$3" "$1" > /dev/null
    mmd -i "$1" ::/EFI ::/EFI/BOOT
    mcopy -i "$1" "$4" ::/EFI/BOOT/BOOTX64.EFI
}

# publish RAW NAME [ZSTD-LEVEL [XZ-LEVEL]]: NAME.raw with NAME.raw.{zst,gz,xz} and NAME.raw.sha256 in out/images, each complete when it appears.
publish() {
    local raw=$1 name=$2 images=$OUT/images level=${3:-9}
    mkdir -p "$images"
    (cd "$(dirname "$raw")" && sha256sum < "$(basename "$raw")" | sed "s/-$/$name.raw/") > "$images/$name.raw.sha256.new"
    zstd -q -f -T0 "-$level" "$raw" -o "$images/$name.raw.zst.new"
    pigz -n -6 < "$raw" > "$images/$name.raw.gz.new"
    xz -c -T0 "-${4:-6}" "$raw" > "$images/$name.raw.xz.new"
    mv "$raw" "$images/$name.raw.new"
    for suffix in sha256 zst gz xz; do mv "$images/$name.raw.$suffix.new" "$images/$name.raw.$suffix"; done
    mv "$images/$name.raw.new" "$images/$name.raw"
}
