import LabKit

/// The tiny guest's system in images of other shapes than its own.
enum TinyGuestVariant {
    /// The identities that its file systems get, so that two guests on one machine are no copies of each other.
    static let rootUUID = "76617269-616e-4574-9474-726f6f743031"
    static let bootUUID = "76617269-616e-4574-9474-626f6f743031"

    /// Unpacks the tiny guest's root into `$work/root`, and gives it the root UUID. Its file system begins at 5 MiB.
    private static let unpack = """
        set -e
        export PATH=$PATH:/usr/sbin:/sbin LVM_SUPPRESS_FD_WARNINGS=1
        tiny=$1 image=$2 work=$(mktemp -d)
        trap 'rm -rf "$work"' EXIT
        dd if="$tiny" of="$work/tiny.ext4" bs=1M skip=5 count=25 status=none
        mkdir "$work/root"
        debugfs -R "rdump / $work/root" "$work/tiny.ext4" 2> /dev/null
        rm -rf "$work/root/lost+found"
        old=$(blkid -p -s UUID -o value "$work/tiny.ext4")
        sed -i "s/$old/\(rootUUID)/g" "$work/root/etc/fstab" "$work/root/boot/grub/grub.cfg"
        make_ext4() { mkfs.ext4 -q -F -m 0 -O ^has_journal -U "$1" -d "$2" "$3" "$4"; }

        """

    /// Where the superblock of version 1.0 is in the image below: in the last 8 KiB of partition 1, which is 24 MiB long.
    static let bootSuperblockSector: UInt64 = (24 << 11) - 16
    static let bootSuperblockOffset = 1 << 20 + Int(bootSuperblockSector) * 512

    /// An MBR with `/boot` as primary partition 1, which has room for an array's superblock at its end, and the root as
    /// logical partition 5, both ext4.
    static let masterBootRecord =
        unpack + """
            mv "$work/root/boot" "$work/boot"
            mkdir "$work/root/boot"
            # The menu's paths count from the top of the file system that it is on.
            sed -i -e 's| /boot/| /|' -e 's/--set=root .*/--set=root \(bootUUID)/' "$work/boot/grub/grub.cfg"
            echo 'UUID=\(bootUUID) /boot ext4 defaults 0 2' >> "$work/root/etc/fstab"
            truncate -s 64M "$image"
            printf 'label: dos\\nlabel-id: 0x74696e79\\n1: start=2048, size=24M, type=fd\\n2: size=38M, type=5\\n%s\\n' \
                '5: start=55296, size=16M, type=83' | sfdisk -q "$image"
            make_ext4 \(bootUUID) "$work/boot" "$work/boot.ext4" 23M
            make_ext4 \(rootUUID) "$work/root" "$work/root.ext4" 16M
            dd if="$work/boot.ext4" of="$image" bs=1M seek=1 conv=notrunc status=none
            dd if="$work/root.ext4" of="$image" bs=1M seek=27 conv=notrunc status=none
            """

    /// Where the logical volume's first byte is in the image: behind the partition's first MiB.
    static let volumeOffset = 2 << 20

    /// `lvm COMMAND …` sees `$device` alone, and needs no device-mapper.
    private static let lvm = """
        lvm() {
            command=$1
            shift
            "$command" --driverloaded n -q --config "devices { use_devicesfile=0 filter=[\\"a|^$device\\$|\\",\\"r|.*|\\"] }" "$@"
        }
        """

    /// Says of a disk with the image below, grown to 128 MiB: what lvm2 has against it, extents in all and free ones, the
    /// volume's length in bytes; then what is wrong with the file system, and its length.
    static let examineVolume = """
        export PATH=$PATH:/usr/sbin:/sbin LVM_SUPPRESS_FD_WARNINGS=1
        device=$(losetup --find --show --read-only --offset 1M --sizelimit 126M "$1")
        trap 'losetup --detach "$device"' EXIT
        \(lvm)
        lvm vgck tiny-vg 2>&1
        lvm lvs --noheadings --nosuffix --units b -o vg_extent_count,vg_free_count,lv_size tiny-vg/root 2>&1 | tr -s ' '
        e2fsck -fn "$1?offset=\(volumeOffset)"
        dumpe2fs -h "$1?offset=\(volumeOffset)" 2> /dev/null
        """

    /// A GPT whose only partition, at 1 MiB, is a physical volume; the root is logical volume `root` of group `tiny-vg`.
    static let logicalVolume =
        unpack + """
            echo '/dev/mapper/tiny--vg-root / ext4 defaults 0 1' > "$work/root/etc/fstab"
            truncate -s 64M "$image"
            sgdisk -n 1:2048:+60M -t 1:8e00 "$image" > /dev/null
            device=$(losetup --find --show --offset 1M --sizelimit 60M "$image")
            trap 'losetup --detach "$device"; rm -rf "$work"' EXIT
            \(lvm)
            lvm pvcreate "$device" > /dev/null
            lvm vgcreate tiny-vg "$device" > /dev/null
            lvm lvcreate -an -Zn -Wn -L 40M -n root tiny-vg > /dev/null
            make_ext4 \(rootUUID) "$work/root" "$work/root.ext4" 40M
            dd if="$work/root.ext4" of="$device" bs=1M seek=1 conv=notrunc,fsync status=none
            """

    /// The root's file system by itself, without a loader for firmware, from a disk that had another partition before it.
    static let bareFileSystem =
        unpack + """
            echo '/dev/sda3 / ext4 errors=remount-ro 0 1' > "$work/root/etc/fstab"
            mkfs.ext4 -q -F -O ^metadata_csum_seed,^orphan_file -U \(rootUUID) -d "$work/root" "$image" 48M
            """

    /// The same with Debian's GRUB in the place that its package gives it.
    static func bareFileSystem(grub: String) -> String {
        unpack + """
            echo 'ID_LIKE=debian' >> "$work/root/etc/os-release"
            mkdir -p "$work/root/usr/lib/grub/x86_64-efi/monolithic"
            cp '\(grub)' "$work/root/usr/lib/grub/x86_64-efi/monolithic/grubx64.efi"
            mkfs.ext4 -q -F -O ^metadata_csum_seed,^orphan_file -U \(rootUUID) -d "$work/root" "$image" 48M
            zstd -q --rm "$image" -o "$image.zst"
            mv "$image.zst" "$image"
            """
    }

    /// The tiny guest's own disk, whose initial RAM disk assembles every array that it finds, also one with a disk missing,
    /// before it looks for the root. Takes mdadm's path and the directory of the kernel's package.
    static let assemblingMirrors =
        unpack + """
            mdadm=$3 kernel=$4
            release=$(ls "$kernel/lib/modules")
            initrd=$work/root/boot/initrd.img-$release
            mkdir "$work/initrd"
            zstd -qdc "$initrd" | (cd "$work/initrd" && cpio --quiet -id && mkdir -p lib64 lib/x86_64-linux-gnu run sbin)
            cp "$mdadm" "$work/initrd/sbin/"
            ldd "$mdadm" | grep -o '/lib[^ ]*' | while read -r library; do cp "$library" "$work/initrd/$library"; done
            modprobe -C /dev/null -d "$kernel" -S "$release" --show-depends raid1 | sed -n "s|^insmod $kernel/||p" |
                tr -d ' ' | (cd "$kernel" && cpio --quiet -pdm "$work/initrd")
            sed -i '/^for word/i modprobe -q raid1; sleep 1; MDADM_NO_UDEV=1 /sbin/mdadm --assemble --scan --run' \
                "$work/initrd/init"
            (cd "$work/initrd" && find . | cpio --quiet -o -H newc) | zstd -q -19 -f -o "$initrd"
            mkdir -p "$work/root/usr/sbin" "$work/root/etc/mdadm"
            cp "$mdadm" "$work/root/usr/sbin/"
            cp "$tiny" "$image"
            # The boot loaders look for the root by the UUID that it had.
            sed -i "s/\(rootUUID)/$old/g" "$work/root/etc/fstab" "$work/root/boot/grub/grub.cfg"
            make_ext4 "$old" "$work/root" "$work/root.ext4" 25M
            dd if="$work/root.ext4" of="$image" bs=1M seek=5 conv=notrunc status=none
            """
}

extension Lab {
    /// Makes an image by one of the scripts above, serves it, and says how to install it and report.
    func tinyGuestVars(variant script: String, _ name: String, _ arguments: [String] = []) async throws -> VarsText {
        let image = path("\(name).raw")
        try await HostTool.run(["bash", "-c", script, name, try Artefact.tinyImage("raw").path, image] + arguments)
        return reportingVars.merging(["IMAGE": images.serve("/\(name).raw", file: image)])
    }
}
