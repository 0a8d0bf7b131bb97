import ByteCoding

/// A group's entry in the table of groups (`Documentation/filesystems/ext4/group_descr.rst`).
private struct GroupDescriptor {
    let blockBitmap: UInt64
    let inodeBitmap: UInt64
    let inodeTable: UInt64
    /// In clusters.
    let freeCount: UInt64
    let hasNoBitmap: Bool
    /// As far as the descriptor has room for it.
    let bitmapChecksum: UInt32
    let checksumMask: UInt32

    init(_ bytes: ArraySlice<UInt8>, group: UInt64, of layout: Ext4Layout) throws {
        let fields = Fields(bytes)
        let isWide = bytes.count >= 64
        func joined(_ low: Int, _ high: Int) throws -> UInt64 {
            let upper = isWide ? UInt64(try fields.number(high, UInt32.self)) << 32 : 0
            return upper | UInt64(try fields.number(low, UInt32.self))
        }
        blockBitmap = try joined(0x0, 0x20)
        inodeBitmap = try joined(0x4, 0x24)
        inodeTable = try joined(0x8, 0x28)
        let upper = isWide ? UInt64(try fields.number(0x2c, UInt16.self)) << 16 : 0
        freeCount = upper | UInt64(try fields.number(0xc, UInt16.self))
        let flags: UInt16 = try fields.number(0x12)
        hasNoBitmap = layout.hasUnwrittenBitmaps && flags & 2 != 0
        let high = isWide ? UInt32(try fields.number(0x38, UInt16.self)) << 16 : 0
        bitmapChecksum = high | UInt32(try fields.number(0x18, UInt16.self))
        checksumMask = isWide ? ~0 : 0xffff
        guard let seed = layout.checksumSeed else { return }
        let number = withUnsafeBytes(of: UInt32(truncatingIfNeeded: group).littleEndian) { Array($0) }
        var sum = CRC32C.checksum(number, from: seed)
        sum = CRC32C.checksum(try fields.bytes(0, 0x1e), from: sum)
        sum = CRC32C.checksum([0, 0], from: sum)
        sum = CRC32C.checksum(try fields.bytes(0x20, bytes.count - 0x20), from: sum)
        guard UInt16(truncatingIfNeeded: sum) == (try fields.number(0x1e, UInt16.self)) else {
            throw UnusableFileSystem.damaged("the checksum of group \(group) is wrong")
        }
    }
}

extension Ext4Layout {
    private static let longestRead = 1 << 20

    /// What the bitmaps of all groups call free.
    func freeRanges(_ read: (UInt64, Int) throws -> [UInt8]) throws -> [Range<UInt64>] {
        let groups = try descriptors(read)
        let metadata = try metadataBlocks(of: groups)
        var free = FreeRanges()
        var place = 0
        for (number, group) in groups.enumerated() {
            let first = firstDataBlock + UInt64(number) * blocksPerGroup
            let blocks = first..<min(first + blocksPerGroup, blockCount)
            let runs =
                group.hasNoBitmap
                ? [
                    min(
                        blocks.lowerBound + 1 + tableBlocks + reservedTableBlocks, blocks.upperBound)..<blocks
                        .upperBound
                ]
                : try runs(in: group, number: number, blocks: blocks, read)
            // What lies in a group that never had a bitmap, such as the tables of other groups, is only in their descriptors.
            for run in runs {
                var start = run.lowerBound
                while place < metadata.count, metadata[place].upperBound <= start { place += 1 }
                var next = place
                while next < metadata.count, metadata[next].lowerBound < run.upperBound {
                    if start < metadata[next].lowerBound {
                        free.add(start * blockSize..<metadata[next].lowerBound * blockSize)
                    }
                    start = max(start, metadata[next].upperBound)
                    next += 1
                }
                if start < run.upperBound { free.add(start * blockSize..<run.upperBound * blockSize) }
            }
        }
        return free.ranges
    }

    private func descriptors(_ read: (UInt64, Int) throws -> [UInt8]) throws -> [GroupDescriptor] {
        // Behind the superblock, which is in block 1 only where blocks are as short as what lies before it.
        let start = blockSize == 1024 ? 2048 : blockSize
        let perRead = Self.longestRead / descriptorLength
        var groups: [GroupDescriptor] = []
        while groups.count < Int(groupCount) {
            let count = min(perRead, Int(groupCount) - groups.count)
            let table = try read(start + UInt64(groups.count * descriptorLength), count * descriptorLength)
            for index in 0..<count {
                let end = (index + 1) * descriptorLength
                guard end <= table.count else { throw UnusableFileSystem.damaged("its table of groups is cut off") }
                let bytes = table[index * descriptorLength..<end]
                groups.append(try GroupDescriptor(bytes, group: UInt64(groups.count), of: self))
            }
        }
        return groups
    }

    /// Bitmaps and tables of inodes, in order and merged.
    private func metadataBlocks(of groups: [GroupDescriptor]) throws -> [Range<UInt64>] {
        var ranges: [Range<UInt64>] = []
        for (number, group) in groups.enumerated() {
            for (start, count) in [
                (group.blockBitmap, 1), (group.inodeBitmap, 1), (group.inodeTable, inodeTableBlocks),
            ] {
                guard start >= firstDataBlock, start < blockCount, count <= blockCount - start else {
                    throw UnusableFileSystem.damaged("a table of group \(number) lies outside of it")
                }
                ranges.append(start..<start + count)
            }
        }
        ranges.sort { $0.lowerBound < $1.lowerBound }
        var merged: [Range<UInt64>] = []
        for range in ranges {
            if let last = merged.last, range.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        return merged
    }

    /// The runs of blocks that a group's bitmap calls free.
    private func runs(
        in group: GroupDescriptor, number: Int, blocks: Range<UInt64>, _ read: (UInt64, Int) throws -> [UInt8]
    ) throws -> [Range<UInt64>] {
        let bitmap = try read(group.blockBitmap * blockSize, Int(blockSize))
        let bitsPerGroup = Int(blocksPerGroup / blocksPerCluster)
        guard bitmap.count == Int(blockSize) else { throw UnusableFileSystem.damaged("a bitmap is cut off") }
        if let checksumSeed {
            let sum = CRC32C.checksum(bitmap.prefix(bitsPerGroup / 8), from: checksumSeed)
            guard sum & group.checksumMask == group.bitmapChecksum else {
                throw UnusableFileSystem.damaged("the checksum of the bitmap of group \(number) is wrong")
            }
        }
        let bits = Int((UInt64(blocks.count) + blocksPerCluster - 1) / blocksPerCluster)
        let clusters = clearBits(in: bitmap, count: bits)
        guard clusters.reduce(0, { $0 + UInt64($1.count) }) == group.freeCount else {
            throw UnusableFileSystem.damaged("group \(number) has another number of free blocks than it says")
        }
        return clusters.map { run in
            let start = blocks.lowerBound + UInt64(run.lowerBound) * blocksPerCluster
            return start..<min(blocks.lowerBound + UInt64(run.upperBound) * blocksPerCluster, blocks.upperBound)
        }
    }

    private func clearBits(in bitmap: [UInt8], count: Int) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var start: Int?
        var bit = 0
        while bit < count {
            let byte = bitmap[bit / 8]
            // Most bytes are all free or all used.
            if bit % 8 == 0, count - bit >= 8, byte == 0 || byte == 0xff {
                if byte == 0 {
                    if start == nil { start = bit }
                } else if let first = start.take() {
                    runs.append(first..<bit)
                }
                bit += 8
                continue
            }
            if byte >> UInt8(bit % 8) & 1 == 0 {
                if start == nil { start = bit }
            } else if let first = start.take() {
                runs.append(first..<bit)
            }
            bit += 1
        }
        if let start { runs.append(start..<count) }
        return runs
    }
}
