import ByteCoding

extension XFSLayout {
    /// `XFS_BTREE_MAXLEVELS`.
    private static let deepest = 9

    /// What the free-space trees of all groups list (`struct xfs_agf` and the tree by block number).
    func freeRanges(_ read: (UInt64, Int) throws -> [UInt8]) throws -> [Range<UInt64>] {
        var free = FreeRanges()
        for group in 0..<groupCount {
            let header = try read(start(ofGroup: group) + sectorSize, Int(sectorSize))
            guard header.count == Int(sectorSize) else { throw UnusableFileSystem.damaged("a group is cut off") }
            let fields = Fields(header[...])
            let length = UInt64(try fields.bigEndian(12, UInt32.self))
            guard header.starts(with: Array("XAGF".utf8)), UInt64(try fields.bigEndian(8, UInt32.self)) == group,
                length == blocks(ofGroup: group)
            else {
                throw UnusableFileSystem.damaged("the header of group \(group) is not one")
            }
            if hasChecksums { try Self.require(header, checksumAt: 216, of: "group \(group)") }
            let depth = Int(try fields.bigEndian(28, UInt32.self))
            guard (1...Self.deepest).contains(depth) else {
                throw UnusableFileSystem.damaged("the free-space tree of group \(group) has \(depth) levels")
            }
            var walk = TreeWalk(layout: self, group: group)
            try walk.visit(try fields.bigEndian(16, UInt32.self), level: depth - 1, read, &free)
            guard walk.freeBlocks == UInt64(try fields.bigEndian(52, UInt32.self)) else {
                throw UnusableFileSystem.damaged("group \(group) has another number of free blocks than it says")
            }
        }
        return free.ranges
    }
}

/// One group's tree of free extents by block number, walked from left to right (`fs/xfs/libxfs/xfs_format.h`,
/// `struct xfs_btree_block`).
private struct TreeWalk {
    let layout: XFSLayout
    let group: UInt64
    /// The block after the last free one so far: extents come in order, and never touch.
    private var end: UInt64 = 0
    private(set) var freeBlocks: UInt64 = 0

    init(layout: XFSLayout, group: UInt64) {
        self.layout = layout
        self.group = group
    }

    /// - Parameter level: 0 for a leaf. It falls with every step down, so no damage leads in a circle.
    mutating func visit(
        _ block: UInt32, level: Int, _ read: (UInt64, Int) throws -> [UInt8], _ free: inout FreeRanges
    ) throws {
        let limit = layout.blocks(ofGroup: group)
        guard UInt64(block) < limit else { throw damaged("leads out of it") }
        let place = layout.start(ofGroup: group) + UInt64(block) * layout.blockSize
        let bytes = try read(place, Int(layout.blockSize))
        guard bytes.count == Int(layout.blockSize) else { throw damaged("is cut off") }
        let fields = Fields(bytes[...])
        let headerLength = layout.hasChecksums ? 56 : 16
        let count = Int(try fields.bigEndian(6, UInt16.self))
        guard bytes.starts(with: Array((layout.hasChecksums ? "AB3B" : "ABTB").utf8)),
            Int(try fields.bigEndian(4, UInt16.self)) == level
        else {
            throw damaged("has a block that is none of it")
        }
        if layout.hasChecksums {
            guard UInt64(try fields.bigEndian(16, UInt64.self)) == place / 512 else {
                throw damaged("has a block that lies elsewhere than it says")
            }
            try XFSLayout.require(bytes, checksumAt: 52, of: "free-space tree of group \(group)")
        }
        if level == 0 {
            guard count <= (bytes.count - headerLength) / 8 else { throw damaged("has a block with too many extents") }
            for index in 0..<count {
                let start = UInt64(try fields.bigEndian(headerLength + index * 8, UInt32.self))
                let length = UInt64(try fields.bigEndian(headerLength + index * 8 + 4, UInt32.self))
                guard start >= end, length > 0, start + length <= limit else {
                    throw damaged("has extents that overlap or lead out of it")
                }
                end = start + length
                freeBlocks += length
                let first = layout.start(ofGroup: group) + start * layout.blockSize
                free.add(first..<first + length * layout.blockSize)
            }
        } else {
            let room = (bytes.count - headerLength) / 12
            guard count > 0, count <= room else { throw damaged("has a block with too many branches") }
            for index in 0..<count {
                let child: UInt32 = try fields.bigEndian(headerLength + room * 8 + index * 4)
                let freeBefore = freeBlocks
                try visit(child, level: level - 1, read, &free)
                // A branch without an extent would let a damaged tree be as large as it likes.
                guard freeBlocks > freeBefore else { throw damaged("has an empty branch") }
            }
        }
    }

    private func damaged(_ what: String) -> UnusableFileSystem {
        .damaged("the free-space tree of group \(group) \(what)")
    }
}
