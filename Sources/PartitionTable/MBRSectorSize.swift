extension MBR {
    /// The sector size that the first partition's place makes sense with, if it makes none with this one.
    ///
    /// An MBR counts sectors and does not say how long they are. All usual tools let the first partition start at 1 MiB,
    /// so a file system is found there by one of both sizes; where none is found, or too little of the image is known,
    /// nothing is said.
    ///
    /// - Parameter imageHead: the image's bytes from its first on.
    func otherSectorSize(imageHead: [UInt8]) -> Int? {
        guard let first = partitions.map(\.firstLBA).min() else { return nil }
        let other = sectorSize == 512 ? 4096 : 512
        let starts = { (size: Int) in Self.isFileSystem(at: first * size, of: imageHead) }
        return !starts(sectorSize) && starts(other) ? other : nil
    }

    /// Magic numbers of ext2/3/4 (`Documentation/filesystems/ext4`), XFS, FAT's boot sector, and btrfs, each with its
    /// distance from the start of the file system in bytes.
    private static let magics: [(offset: Int, bytes: [UInt8])] = [
        (0x438, [0x53, 0xef]), (0, Array("XFSB".utf8)), (0x36, Array("FAT".utf8)), (0x52, Array("FAT32".utf8)),
        (0x10040, Array("_BHRfS_M".utf8)),
    ]

    private static func isFileSystem(at start: Int, of image: [UInt8]) -> Bool {
        magics.contains { magic in
            image.dropFirst(start + magic.offset).prefix(magic.bytes.count).elementsEqual(magic.bytes)
        }
    }
}
