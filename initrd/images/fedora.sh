#!/bin/bash
# fedora.sh: out/images/fedora.raw (and .zst .gz .xz .sha256): a guest laid out as Fedora's installer does it: ESP with shim
# and GRUB in EFI/fedora and nothing at the fallback path, /boot on ext4 of its own with entries of the Boot Loader
# Specification, root on xfs with a partition type that says nothing, every file labelled for SELinux. Its programs are
# Debian's kernel, shim and GRUB, and BusyBox; it prints what the tiny guest prints. Nothing is mounted through loop devices.
set -euo pipefail
. "$(dirname "$0")/../debian.sh"
. "$(dirname "$0")/disk.sh"
. "$(dirname "$0")/busybox.sh"

[ ! -e "$OUT/images/fedora.raw" ] || exit 0
install_packages busybox-static cpio dosfstools e2fsprogs gdisk grub-common kmod mtools pigz xfsprogs xz-utils zstd
"$ROOT/initrd/fetch-kernel.sh" cloud
kernel=$CACHE/kernel-cloud
release=$(ls "$kernel/lib/modules")
fetch_grub
shim=$CACHE/shim
if [ ! -e "$shim/.complete" ]; then
    update_private_index
    unpack_packages "$shim" shim-signed
    touch "$shim/.complete"
fi

work=$(mktemp -d "$CACHE/fedora.XXXXXX")
trap 'rm -rf "$work"' EXIT
export SOURCE_DATE_EPOCH=0 PATH=$PATH:/usr/sbin:/sbin
esp_uuid=4D41-525F
boot_uuid=6665646f-7261-4c69-8b65-626f6f743031
root_uuid=6665646f-7261-4c69-8b65-726f6f743031
# Begins with a letter: GRUB before 2.12 takes leading digits of a default entry's name for a number.
machine_id=fed0fed0fed0fed0fed0fed0fed0fed0

make_initramfs "$work/initrd.img" xfs

# /boot: paths in entries count from its top.
boot=$work/boot
mkdir -p "$boot"/{efi,grub2,loader/entries}
cp "$kernel/boot/vmlinuz-$release" "$work/initrd.img" "$boot/"
mv "$boot/initrd.img" "$boot/initramfs-$release.img"
ln "$boot/vmlinuz-$release" "$boot/vmlinuz-0-rescue-$machine_id"
ln "$boot/initramfs-$release.img" "$boot/initramfs-0-rescue-$machine_id.img"
entry() {
    cat > "$boot/loader/entries/$machine_id-$1.conf" <<CONF
title Fedora-like guest ($1)
version $1
linux /vmlinuz-$2
initrd /initramfs-$2.img
options root=UUID=$root_uuid ro console=ttyS0,115200 quiet$3
grub_users \$grub_users
grub_arg --unrestricted
grub_class fedora
CONF
}
entry "$release" "$release" ""
entry 0-rescue "0-rescue-$machine_id" " single"
cat > "$boot/grub2/grub.cfg" <<CFG
set timeout=0
serial --unit=0 --speed=115200
terminal_input serial
terminal_output serial
if [ -s \$prefix/grubenv ]; then
    load_env
fi
set default="\${saved_entry}"
search --no-floppy --fs-uuid --set=root $boot_uuid
blscfg
CFG
grub-editenv "$boot/grub2/grubenv" create
grub-editenv "$boot/grub2/grubenv" set "saved_entry=$machine_id-$release"
find "$boot" -exec touch -h -d @0 {} +
truncate -s 64M "$work/boot.ext4"
fake_root mkfs.ext4 -q -F -U "$boot_uuid" -m 0 -O ^metadata_csum_seed,^orphan_file \
    -E "hash_seed=$boot_uuid,lazy_itable_init=0" -d "$boot" "$work/boot.ext4"
printf 'system_u:object_r:boot_t:s0\0' > "$work/label"
find "$boot" -printf "ea_set -f $work/label /%P security.selinux\n" > "$work/labels"
debugfs -w -f "$work/labels" "$work/boot.ext4" > /dev/null 2>&1

# The root.
root=$work/root
mkdir -p "$root"/{boot,dev,etc/default,etc/kernel,etc/selinux,proc,root,run,sys,tmp,usr/bin,usr/lib,usr/sbin,var/lib/cloud}
ln -s usr/bin "$root/bin"
ln -s usr/lib "$root/lib"
ln -s usr/sbin "$root/sbin"
cp /bin/busybox "$root/usr/bin/"
for applet in cat df hostname ls mount mkdir sed setsid sh sleep stty tr uname; do
    ln -s busybox "$root/usr/bin/$applet"
done
install -m 755 "$ROOT/initrd/images/tiny-root-init" "$root/usr/sbin/init"
printf 'NAME="Fedora-like guest"\nPRETTY_NAME="Fedora-like guest"\nID=fedora\n' > "$root/usr/lib/os-release"
ln -s ../usr/lib/os-release "$root/etc/os-release"
echo fedora > "$root/etc/hostname"
echo '127.0.0.1 localhost' > "$root/etc/hosts"
echo "$machine_id" > "$root/etc/machine-id"
printf 'SELINUX=enforcing\nSELINUXTYPE=targeted\n' > "$root/etc/selinux/config"
printf 'GRUB_CMDLINE_LINUX="console=ttyS0,115200"\nGRUB_ENABLE_BLSCFG=true\n' > "$root/etc/default/grub"
echo "root=UUID=$root_uuid ro console=ttyS0,115200" > "$root/etc/kernel/cmdline"
cat > "$root/etc/fstab" <<FSTAB
UUID=$root_uuid /         xfs  defaults                   0 0
UUID=$boot_uuid /boot     ext4 defaults                   1 2
UUID=$esp_uuid  /boot/efi vfat umask=0077,shortname=winnt 0 2
FSTAB
find "$root" -exec touch -h -d @0 {} +

# protofile DIRECTORY: what is in it, as `mkfs.xfs -p` wants it.
protofile() {
    local path name
    for path in "$1"/*; do
        name=${path##*/}
        if [ -L "$path" ]; then
            echo "$name l--777 0 0 $(readlink "$path")"
        elif [ -d "$path" ]; then
            echo "$name d--$(stat -c %a "$path") 0 0"
            protofile "$path"
        elif [ -e "$path" ]; then
            echo "$name ---$(stat -c %a "$path") 0 0 $path"
        fi
    done
    echo '$'
}

# labels: commands of xfs_db that give each file the label of its place. The length of a value is set first, for
# attr_set knows no other.
labels() {
    local path type label
    find "$root" -printf '/%P\n' | while read -r path; do
        case $path in
        /) type=root_t ;;
        /etc/hostname) type=hostname_etc_t ;;
        /etc*) type=etc_t ;;
        /boot*) type=boot_t ;;
        /usr/bin* | /usr/sbin*) type=bin_t ;;
        /usr/lib*) type=lib_t ;;
        /usr*) type=usr_t ;;
        /var/lib*) type=var_lib_t ;;
        /var*) type=var_t ;;
        *) type=default_t ;;
        esac
        label=system_u:object_r:$type:s0
        printf 'path %s\nattr_set -s -v %d selinux\n' "$path" $((${#label} + 1))
        printf 'write a.sfattr.list[0].value "%s\\0"\n' "$label"
    done
}
{
    printf '/\n0 0\nd--755 0 0\n'
    protofile "$root"
} > "$work/proto"
# xfs takes no less.
root_mebibytes=320
truncate -s ${root_mebibytes}M "$work/root.xfs"
mkfs.xfs -q -m "uuid=$root_uuid" -p "$work/proto" "$work/root.xfs"
labels > "$work/labels"
xfs_db -x "$work/root.xfs" < "$work/labels" > /dev/null
xfs_repair -n "$work/root.xfs" > /dev/null 2>&1 || fail "the root of fedora.raw is damaged"

# Fedora's GRUB reads entries by its command blscfg, which Debian's lacks. Here a function of that name takes an entry for
# a script: while the module is not loaded that has the commands, its `linux`, `initrd` and `options` are functions, too.
mkdir "$work/memdisk"
cp "$grub/usr/lib/grub/x86_64-efi/linux.mod" "$work/memdisk/"
cat > "$work/memdisk/start.cfg" <<'CFG'
function title { set bls_title="$*"; }
function version { true; }
function linux { set bls_linux="$1"; }
function initrd { set bls_initrd="$1"; }
function options { set bls_options="$*"; }
function grub_users { true; }
function grub_arg { true; }
function grub_class { true; }
function blscfg {
    for file in ($root)/loader/entries/*.conf; do
        source "$file"
        regexp --set=1:bls_id '.*/(.*)[.]conf$' "$file"
        menuentry "$bls_title" --id "$bls_id" "$bls_linux" "$bls_initrd" "$bls_options" {
            insmod (memdisk)/linux.mod
            linux ($root)$2 $4
            initrd ($root)$3
        }
    done
}
configfile $prefix/grub.cfg
CFG
tar -C "$work/memdisk" --sort=name --owner=0 --group=0 --mtime=@0 -cf "$work/memdisk.tar" start.cfg linux.mod
echo 'normal (memdisk)/start.cfg' > "$work/early.cfg"
grub-mkimage -d "$grub/usr/lib/grub/x86_64-efi" -O x86_64-efi -m "$work/memdisk.tar" -c "$work/early.cfg" \
    -p /EFI/fedora -o "$work/grubx64.efi" part_gpt fat ext2 normal configfile search search_fs_uuid loadenv regexp memdisk \
    tar test true echo serial terminal minicmd relocator boot video mmap halt reboot
cat > "$work/esp.cfg" <<CFG
search --no-floppy --fs-uuid --set=dev $boot_uuid
set prefix=(\$dev)/grub2
export prefix
configfile \$prefix/grub.cfg
CFG
truncate -s 16M "$work/esp.fat"
mkfs.vfat --invariant -i "${esp_uuid/-/}" "$work/esp.fat" > /dev/null
mmd -i "$work/esp.fat" ::/EFI ::/EFI/fedora
mcopy -i "$work/esp.fat" "$shim/usr/lib/shim/shimx64.efi.signed" ::/EFI/fedora/shimx64.efi
mcopy -i "$work/esp.fat" "$work/grubx64.efi" ::/EFI/fedora/grubx64.efi
mcopy -i "$work/esp.fat" "$work/esp.cfg" ::/EFI/fedora/grub.cfg

# The disk: ESP at 1 MiB, /boot behind it, root last.
disk=$work/fedora.raw
truncate -s $((1 + 16 + 64 + root_mebibytes + 1))M "$disk"
sgdisk -U 6665646F-7261-4C69-8B65-6469736B3031 \
    -n 1:1M:+16M -t 1:ef00 -u 1:6665646F-7261-4C69-8B65-657370303031 -c 1:'EFI System Partition' \
    -n 2:17M:+64M -t 2:8300 -u 2:6665646F-7261-4C69-8B65-706172743032 \
    -n 3:81M:+${root_mebibytes}M -t 3:8300 -u 3:6665646F-7261-4C69-8B65-706172743033 "$disk" > /dev/null
put "$disk" $((1 << 20)) < "$work/esp.fat"
put "$disk" $((17 << 20)) < "$work/boot.ext4"
put "$disk" $((81 << 20)) < "$work/root.xfs"
rm "$work/root.xfs"
publish "$disk" fedora 9 1
say "$OUT/images/fedora.raw is built"
