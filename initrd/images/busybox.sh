# shellcheck shell=bash disable=SC2154
# Functions that the guests of BusyBox are made with. Sourced after ../debian.sh and disk.sh by a script that sets $kernel,
# $release and $work.

# fetch_grub: GRUB's modules for BIOS and UEFI, unpacked into the directory that $grub names from then on.
fetch_grub() {
    grub=$CACHE/grub
    [ ! -e "$grub/.complete" ] || return 0
    update_private_index
    unpack_packages "$grub" grub-common grub-pc-bin grub-efi-amd64-bin
    touch "$grub/.complete"
}

# make_initramfs FILE FILE-SYSTEM: BusyBox and the modules of virtual disks and of the root's file system.
make_initramfs() {
    local tree=$work/initramfs modules=lib/modules/$release module
    mkdir -p "$tree/bin" "$tree/$modules"
    cp /bin/busybox "$tree/bin/"
    install -m 755 "$ROOT/initrd/images/tiny-initramfs-init" "$tree/init"
    cp "$kernel/$modules/modules.dep" "$kernel/$modules/modules.builtin" "$tree/$modules/"
    for module in virtio_pci virtio_blk virtio_scsi sd_mod ata_piix "$2"; do
        PATH=$PATH:/sbin:/usr/sbin modprobe -d "$kernel" -S "$release" --show-depends "$module" |
            sed -n "s|^insmod $kernel/||p"
    done | tr -d ' ' | sort -u | (cd "$kernel" && cpio --quiet -pdm "$tree")
    find "$tree" -exec touch -h -d @0 {} +
    (cd "$tree" && find . | LC_ALL=C sort | fake_root cpio --quiet --reproducible -o -H newc) | zstd -q -19 > "$1"
}
