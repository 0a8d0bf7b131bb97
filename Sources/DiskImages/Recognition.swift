extension DiskImageFormat {
    /// Recognises a format by magic bytes.
    ///
    /// An ISO 9660 image counts as one even where it also carries an MBR, as installers that boot from USB sticks do: it
    /// holds an installer, not an installed system.
    ///
    /// - Parameter head: the first `headLength` decompressed bytes, or all when there are fewer.
    public init(head: [UInt8]) {
        if let signature = Self.signatures.first(where: { $0.isFound(in: head) }) {
            self = signature.format
        } else if Self.hasPartitionTable(head) {
            self = .rawDisk
        } else if Self.hasExtSuperblock(head) {
            self = .fileSystem(.ext4)
        } else {
            self = Self.looksLikeText(head) ? .text : .unknown
        }
    }

    private struct Signature {
        let format: DiskImageFormat
        let offset: Int
        let bytes: [UInt8]

        init(_ format: DiskImageFormat, at offset: Int = 0, _ bytes: [UInt8]) {
            self.format = format
            self.offset = offset
            self.bytes = bytes
        }

        init(_ format: DiskImageFormat, at offset: Int = 0, _ text: String) {
            self.init(format, at: offset, Array(text.utf8))
        }

        func isFound(in head: [UInt8]) -> Bool {
            head.count >= offset + bytes.count && head[offset..<offset + bytes.count].elementsEqual(bytes)
        }
    }

    /// In this order: containers, then media that may carry an MBR as well, then file systems.
    private static let signatures: [Signature] = [
        Signature(.qcow2, [0x51, 0x46, 0x49, 0xfb]),
        Signature(.vmdk, "KDMV"), Signature(.vmdk, "COWD"), Signature(.vmdk, "# Disk DescriptorFile"),
        Signature(.vhd, "conectix"), Signature(.vhdx, "vhdxfile"),
        Signature(.vdi, at: 64, [0x7f, 0x10, 0xda, 0xbe]),
        Signature(.archive(.zip), [0x50, 0x4b, 0x03, 0x04]),
        Signature(.archive(.sevenZip), [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]),
        Signature(.compressed(.gzip), [0x1f, 0x8b, 0x08]), Signature(.compressed(.bzip2), "BZh"),
        Signature(.compressed(.xz), [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]),
        Signature(.compressed(.zstd), [0x28, 0xb5, 0x2f, 0xfd]),
        Signature(.compressed(.lz4), [0x04, 0x22, 0x4d, 0x18]),
        Signature(.archive(.lzip), "LZIP"), Signature(.archive(.cpio), "070701"),
        Signature(.archive(.tar), at: 257, "ustar"),
        Signature(.luks, [0x4c, 0x55, 0x4b, 0x53, 0xba, 0xbe]),
        Signature(.fileSystem(.xfs), "XFSB"), Signature(.fileSystem(.squashfs), "hsqs"),
        Signature(.fileSystem(.ntfs), at: 3, "NTFS    "),
        Signature(.fileSystem(.vfat), at: 54, "FAT1"), Signature(.fileSystem(.vfat), at: 82, "FAT32"),
        Signature(.iso9660, at: 0x8001, "CD001"),
        Signature(.rawDisk, at: 512, "EFI PART"), Signature(.rawDisk, at: 4096, "EFI PART"),
        Signature(.lvm, at: 512, "LABELONE"),
        Signature(.fileSystem(.btrfs), at: 0x10040, "_BHRfS_M"),
    ]

    /// The boot signature, and four entries of which at least one is used and none has an impossible status.
    private static func hasPartitionTable(_ head: [UInt8]) -> Bool {
        guard head.count >= 512, head[510] == 0x55, head[511] == 0xaa else { return false }
        let entries = (0..<4).map { head[446 + 16 * $0..<462 + 16 * $0] }
        let statusesAreValid = entries.allSatisfy { ($0.first ?? 1) & 0x7f == 0 }
        return statusesAreValid && entries.contains { $0[$0.startIndex + 4] != 0 }
    }

    /// ext4's magic number is only two bytes long, so it counts only where no partition table is.
    private static func hasExtSuperblock(_ head: [UInt8]) -> Bool {
        head.count >= 0x43a && head[0x438] == 0x53 && head[0x439] == 0xef
    }

    private static func looksLikeText(_ head: [UInt8]) -> Bool {
        let sample = head.prefix(512)
        return !sample.isEmpty
            && sample.allSatisfy { (0x20...0x7e).contains($0) || (9...13).contains($0) || $0 >= 0x80 }
    }
}
