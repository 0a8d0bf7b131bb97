#!/bin/bash
# tiny.sh: out/images/tiny.raw (and .zst .gz .xz .sha256): a 32 MiB guest for tests that need many boots. Debian's cloud
# kernel, a BusyBox root on ext4 (GPT type of the Discoverable Partitions Specification), an ESP and a BIOS boot partition,
# so that kexec, UEFI and BIOS all start it. It prints `TINY-GUEST booted`, its seeded host name, and a login prompt.
set -euo pipefail
. "$(dirname "$0")/../debian.sh"
. "$(dirname "$0")/disk.sh"
. "$(dirname "$0")/busybox.sh"

[ ! -e "$OUT/images/tiny.raw" ] || exit 0
install_packages busybox-static cpio dosfstools e2fsprogs gdisk kmod mtools pigz xz-utils zstd
"$ROOT/initrd/fetch-kernel.sh" cloud
kernel=$CACHE/kernel-cloud
release=$(ls "$kernel/lib/modules")
fetch_grub
install_packages grub-common

work=$(mktemp -d "$CACHE/tiny.XXXXXX")
trap 'rm -rf "$work"' EXIT
export SOURCE_DATE_EPOCH=0
root_uuid=74696e79-6775-4573-9474-726f6f743031
disk_guid=74696E79-6775-4573-9474-6469736B3031
root_guid=74696E79-6775-4573-9474-706172743031

make_initramfs "$work/initrd.img" ext4

# The root.
root=$work/root
mkdir -p "$root"/{bin,sbin,boot/grub,dev,etc,proc,run,sys,tmp,var/lib/cloud}
cp /bin/busybox "$root/bin/"
for applet in $(/bin/busybox --list); do [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"; done
install -m 755 "$ROOT/initrd/images/tiny-root-init" "$root/sbin/init"
cp "$kernel/boot/vmlinuz-$release" "$root/boot/"
cp "$work/initrd.img" "$root/boot/initrd.img-$release"
printf 'PRETTY_NAME="Tiny guest"\nID=tiny\n' > "$root/etc/os-release"
echo tiny > "$root/etc/hostname"
echo uninitialized > "$root/etc/machine-id"
echo "UUID=$root_uuid / ext4 errors=remount-ro 0 1" > "$root/etc/fstab"
cat > "$root/boot/grub/grub.cfg" <<CFG
set default=0
set timeout=0
serial --unit=0 --speed=115200
terminal_input serial
terminal_output serial
menuentry 'Tiny guest' --class tiny {
    search --no-floppy --fs-uuid --set=root $root_uuid
    echo 'Loading Linux $release ...'
    linux /boot/vmlinuz-$release root=UUID=$root_uuid ro console=ttyS0,115200 quiet
    initrd /boot/initrd.img-$release
}
menuentry 'Tiny guest (rescue)' --class tiny {
    search --no-floppy --fs-uuid --set=root $root_uuid
    linux /boot/vmlinuz-$release root=UUID=$root_uuid ro console=ttyS0,115200 single
    initrd /boot/initrd.img-$release
}
CFG
find "$root" -exec touch -h -d @0 {} +
truncate -s 25M "$work/root.ext4"
fake_root mkfs.ext4 -q -F -L tiny -U "$root_uuid" -m 0 -O ^metadata_csum_seed,^orphan_file,^has_journal \
    -E "hash_seed=$root_uuid,lazy_itable_init=0" -d "$root" "$work/root.ext4"

# Boot loaders: both read /boot/grub/grub.cfg of the root.
cat > "$work/early.cfg" <<CFG
search --no-floppy --fs-uuid --set=root $root_uuid
set prefix=(\$root)/boot/grub
configfile \$prefix/grub.cfg
CFG
modules="part_gpt ext2 normal configfile linux search search_fs_uuid echo serial terminal test minicmd halt reboot"
grub-mkimage -d "$grub/usr/lib/grub/i386-pc" -O i386-pc -c "$work/early.cfg" -p /boot/grub -o "$work/core.img" \
    biosdisk $modules
grub-mkimage -d "$grub/usr/lib/grub/x86_64-efi" -O x86_64-efi -c "$work/early.cfg" -p /boot/grub -o "$work/bootx64.efi" \
    $modules
make_esp "$work/esp.fat" 3 TINYESP "$work/bootx64.efi"

# The disk: BIOS boot at 1 MiB, ESP at 2 MiB, root at 5 MiB.
disk=$work/tiny.raw
truncate -s 32M "$disk"
sgdisk -a 1 -U "$disk_guid" \
    -n 1:2048:4095 -t 1:ef02 -u 1:74696E79-6775-4573-9474-62696F733031 -c 1:bios \
    -n 2:4096:10239 -t 2:ef00 -u 2:74696E79-6775-4573-9474-657370303031 -c 2:esp \
    -n 3:10240:61439 -t 3:8304 -u 3:$root_guid -c 3:root "$disk" > /dev/null
put "$disk" $((4096 * 512)) < "$work/esp.fat"
put "$disk" $((10240 * 512)) < "$work/root.ext4"
write_bios_grub "$disk" "$grub/usr/lib/grub/i386-pc/boot.img" "$work/core.img" 2048
publish "$disk" tiny 19
say "$OUT/images/tiny.raw is built"
