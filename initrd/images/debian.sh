#!/bin/bash
# debian.sh: out/images/debian.raw (and .zst .gz .xz .sha256): a real Debian 12 disk with cloud-init, GPT, an ESP with
# GRUB, GRUB for BIOS, and the root on ext4 with the GPT type of the Discoverable Partitions Specification. The serial
# console is its console. Nothing is mounted through loop devices.
set -euo pipefail
. "$(dirname "$0")/../debian.sh"
. "$(dirname "$0")/disk.sh"

[ ! -e "$OUT/images/debian.raw" ] || exit 0
install_packages debian-archive-keyring dosfstools e2fsprogs gdisk grub-common mmdebstrap mtools pigz xz-utils zstd
mkdir -p "$CACHE"
work=$(mktemp -d "$CACHE/debian.XXXXXX")
chmod 755 "$work"
trap 'rm -rf "$work"' EXIT

root_uuid=6d617274-6c65-4401-8001-726f6f740001
esp_serial=4d41-525f
disk_guid=6D617274-6C65-4401-8001-6469736B0001
root_guid=6D617274-6C65-4401-8001-706172740003

# What makes a package tree an image: run by mmdebstrap with the tree's path.
cat > "$work/customize" <<'HOOK'
set -eu
tree=$1
cat > "$tree/etc/fstab" <<FSTAB
UUID=$ROOT_UUID / ext4 errors=remount-ro 0 1
UUID=$ESP_UUID /boot/efi vfat umask=0077,nofail 0 1
FSTAB
mkdir -p "$tree/boot/efi"
echo debian > "$tree/etc/hostname"
printf '127.0.0.1 localhost\n::1 localhost\n' > "$tree/etc/hosts"
: > "$tree/etc/machine-id"
rm -f "$tree/var/lib/dbus/machine-id" "$tree"/etc/ssh/ssh_host_* "$tree/etc/resolv.conf"
cat > "$tree/etc/cloud/cloud.cfg.d/90-image.cfg" <<CFG
datasource_list: [ NoCloud, None ]
ssh_genkeytypes: [ ed25519 ]
locale: C.UTF-8
CFG
cat > "$tree/etc/default/grub" <<CFG
GRUB_DEFAULT=0
GRUB_TIMEOUT=1
GRUB_DISTRIBUTOR=Debian
GRUB_CMDLINE_LINUX_DEFAULT=""
GRUB_CMDLINE_LINUX="console=ttyS0,115200"
GRUB_TERMINAL=serial
GRUB_SERIAL_COMMAND="serial --unit=0 --speed=115200"
GRUB_DISABLE_OS_PROBER=true
CFG

# update-grub asks grub-probe what the root lies on, but there is no disk yet. It is told what will be.
mv "$tree/usr/sbin/grub-probe" "$tree/usr/sbin/grub-probe.real"
cat > "$tree/usr/sbin/grub-probe" <<PROBE
#!/bin/sh
for word in "\$@"; do case \$word in --target=*) target=\${word#--target=} ;; -t) target=next ;; *)
    [ "\$target" != next ] || target=\$word ;; esac
done
case \$target in
device) echo /dev/vda3 ;;
disk) echo /dev/vda ;;
fs) echo ext2 ;;
fs_uuid) echo $ROOT_UUID ;;
partuuid) echo $ROOT_GUID ;;
partmap) echo gpt ;;
compatibility_hint) echo hd0,gpt3 ;;
hints_string) echo "--hint-bios=hd0,gpt3 --hint-efi=hd0,gpt3 --hint-baremetal=ahci0,gpt3" ;;
abstraction|cryptodisk_uuid) ;;
*) echo "grub-probe: no answer for \$target" >&2; exit 1 ;;
esac
PROBE
chmod 755 "$tree/usr/sbin/grub-probe"
mkdir -p "$tree/boot/grub" "$tree/dev/disk/by-uuid"
: > "$tree/dev/disk/by-uuid/$ROOT_UUID"
chroot "$tree" update-grub
rm -r "$tree/dev/disk"
mv "$tree/usr/sbin/grub-probe.real" "$tree/usr/sbin/grub-probe"
chroot "$tree" grub-editenv /boot/grub/grubenv create
for platform in i386-pc x86_64-efi; do
    mkdir -p "$tree/boot/grub/$platform"
    cp "$tree/usr/lib/grub/$platform"/*.mod "$tree/usr/lib/grub/$platform"/*.lst "$tree/boot/grub/$platform/"
done
mkdir -p "$tree/boot/grub/fonts"
cp "$tree/usr/share/grub/unicode.pf2" "$tree/boot/grub/fonts/"
grep -q "root=UUID=$ROOT_UUID" "$tree/boot/grub/grub.cfg"

# What the boot loaders outside the root are made of.
cp "$tree/usr/lib/grub/x86_64-efi/monolithic/grubx64.efi" "$tree/usr/lib/grub/i386-pc/boot.img" "$WORK/"
cp -r "$tree/usr/lib/grub/i386-pc" "$WORK/i386-pc"
HOOK

packages=linux-image-cloud-amd64,initramfs-tools,systemd-sysv,systemd-resolved,dbus,udev,cloud-init,netplan.io
packages+=,openssh-server,grub-efi-amd64,grub-pc-bin,e2fsprogs,iproute2,iputils-ping,ca-certificates,sudo,less,vim-tiny
say "building a Debian $DEBIAN_SUITE tree with mmdebstrap (some minutes)"
WORK=$work ROOT_UUID=$root_uuid ROOT_GUID=$root_guid ESP_UUID=${esp_serial^^} \
    mmdebstrap --quiet --variant=minbase --include="$packages" --keyring="$DEBIAN_KEYRING" \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-include=/usr/share/doc/*/copyright' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --customize-hook="sh $work/customize \"\$1\"" \
    "$DEBIAN_SUITE" "$work/root.tar" \
    "deb $DEBIAN_MIRROR $DEBIAN_SUITE main" "deb $DEBIAN_MIRROR $DEBIAN_SUITE-updates main" \
    "deb $DEBIAN_SECURITY_MIRROR $DEBIAN_SUITE-security main" >&2

# The root's file system, made from the tree as a whole.
root_megabytes=1536
truncate -s ${root_megabytes}M "$work/root.ext4"
mkdir "$work/root"
fake_root bash -euc '
    tar --numeric-owner -xpf "$1/root.tar" -C "$1/root"
    PATH=$PATH:/sbin:/usr/sbin
    mkfs.ext4 -q -F -L debian -U "$2" -m 1 -O ^metadata_csum_seed,^orphan_file -E "hash_seed=$2,lazy_itable_init=0" \
        -d "$1/root" "$1/root.ext4"
    rm -rf "$1/root"' - "$work" $root_uuid
rm "$work/root.tar"

# The ESP: Debian's own GRUB, which looks for its configuration in EFI/debian and is sent to the root from there.
cat > "$work/esp.cfg" <<CFG
search.fs_uuid $root_uuid root
set prefix=(\$root)'/boot/grub'
configfile \$prefix/grub.cfg
CFG
make_esp "$work/esp.fat" 32 ESP "$work/grubx64.efi"
mmd -i "$work/esp.fat" ::/EFI/debian
mcopy -i "$work/esp.fat" "$work/grubx64.efi" ::/EFI/debian/grubx64.efi
mcopy -i "$work/esp.fat" "$work/esp.cfg" ::/EFI/debian/grub.cfg
cat > "$work/early.cfg" <<CFG
search --no-floppy --fs-uuid --set=root $root_uuid
set prefix=(\$root)/boot/grub
CFG
grub-mkimage -d "$work/i386-pc" -O i386-pc -c "$work/early.cfg" -p /boot/grub -o "$work/core.img" \
    biosdisk part_gpt ext2 normal configfile search search_fs_uuid minicmd test

# The disk: BIOS boot at 1 MiB, ESP at 2 MiB, root behind it.
disk=$work/debian.raw
esp_start=4096
root_start=$((esp_start + 32 * 2048))
root_end=$((root_start + root_megabytes * 2048 - 1))
truncate -s $((32 + root_megabytes + 4))M "$disk"
PATH=$PATH:/sbin:/usr/sbin sgdisk -U $disk_guid \
    -n 1:2048:$((esp_start - 1)) -t 1:ef02 -u 1:6D617274-6C65-4401-8001-706172740001 -c 1:bios \
    -n 2:$esp_start:$((root_start - 1)) -t 2:ef00 -u 2:6D617274-6C65-4401-8001-706172740002 -c 2:esp \
    -n 3:$root_start:$root_end -t 3:8304 -u 3:$root_guid -c 3:root "$disk" > /dev/null
put "$disk" $((esp_start * 512)) < "$work/esp.fat"
put "$disk" $((root_start * 512)) < "$work/root.ext4"
write_bios_grub "$disk" "$work/boot.img" "$work/core.img" 2048
rm "$work/root.ext4"
publish "$disk" debian 9 1
say "$OUT/images/debian.raw is built"
