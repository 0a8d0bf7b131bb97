import Testing

@testable import FreeSpace

/// Needs e2fsprogs.
@Suite struct Ext4FreeSpaceTests {
    @Test(arguments: [
        ("ext2", 32, ["-t", "ext2"]), ("ext3", 32, ["-t", "ext3", "-b", "1024"]), ("ext4", 300, []),
        ("ext4", 64, ["-b", "1024"]), ("ext4", 64, ["-O", "^metadata_csum"]), ("ext4", 64, ["-O", "^64bit"]),
        ("ext4", 64, ["-O", "^flex_bg,^metadata_csum,uninit_bg", "-b", "1024"]),
        ("ext4", 64, ["-O", "metadata_csum_seed,quota,project,casefold,encrypt"]),
        ("ext4", 300, ["-O", "bigalloc", "-C", "65536", "-b", "1024"]),
        ("ext4", 300, ["-O", "bigalloc", "-b", "4096"]), ("ext4", 300, ["-O", "^has_journal,sparse_super2"]),
    ])
    func theFreeBlocksAreThoseThatDumpe2fsLists(name: String, mebibytes: Int, options: [String]) throws {
        let image = try FileSystemImage(mebibytes: mebibytes)
        try make(image, options)
        let (listed, blockSize) = try listed(image)
        let free = try image.free(name)
        #expect(covers(listed, free))
        // A group without a bitmap may keep a copy of the superblock and its tables, and is taken to.
        let groups = image.length / blockSize / 8192 + 1
        #expect(byteCount(listed) <= byteCount(free) + groups * 600 * blockSize)
        #expect(byteCount(free) > image.length / 4)
    }

    @Test func whereAllBitmapsAreWrittenTheyAreExactlyThose() throws {
        let image = try FileSystemImage(mebibytes: 200)
        try make(image, ["-O", "^uninit_bg,^metadata_csum,^resize_inode"])
        #expect(try image.free("ext4") == listed(image).ranges)
    }

    @Test(arguments: [
        ("was mounted", 0x3a, [UInt8](arrayLiteral: 0, 0)), ("has errors", 0x3a, [3, 0]),
        ("has a journal to replay", 0x60, [0xc6, 0x02, 0, 0]), ("has orphans", 0xe8, [12, 0, 0, 0]),
        ("has an unknown feature", 0x60, [0xc2, 0x02, 0, 0x80]), ("has blocks in groups of 0", 0x20, [0, 0, 0, 0]),
        ("has blocks of 2^40 bytes", 0x18, [30, 0, 0, 0]), ("has blocks beyond number", 0x18, [255, 255, 255, 255]),
        ("is larger than its partition", 0x4, [0, 0, 0, 0x7f]),
        ("has a group too few", 0x28, [0xff, 0xff, 0xff, 0x7f]), ("has another count", 0xc, [1]),
    ])
    func nothingIsFreeInOneThat(what: String, offset: UInt64, bytes: [UInt8]) throws {
        let image = try FileSystemImage(mebibytes: 32)
        try make(image, ["-O", "^metadata_csum", "-b", "4096"])
        // The last is in the first group's descriptor.
        try image.overwrite(bytes, at: (what == "has another count" ? 4096 : 1024) + offset)
        guard case .unknown = try image.find() else {
            Issue.record("what \(what) is believed")
            return
        }
    }

    @Test func aWrongChecksumAnywhereIsFound() throws {
        let image = try FileSystemImage(mebibytes: 32)
        try make(image, ["-b", "4096"])
        let bitmap = try #require(
            try image.run("dumpe2fs", image.path).split(separator: "\n").first { $0.contains("Block bitmap at") })
        let block = try #require(bitmap.split(separator: " ").compactMap { UInt64($0) }.first)
        for offset: UInt64 in [1024 + 0x8, 4096 + 0x0, block * 4096 + 900] {
            let old = try image.bytes(at: offset, count: 1)
            try image.overwrite([old[0] ^ 1], at: offset)
            guard case .unknown(let reason) = try image.find() else {
                Issue.record("byte \(offset) is believed")
                continue
            }
            #expect(reason.contains("checksum"))
            try image.overwrite(old, at: offset)
        }
        #expect(try !image.free("ext4").isEmpty)
    }

    @Test func somethingElseOrNothingIsNoFileSystem() throws {
        let image = try FileSystemImage(mebibytes: 1)
        #expect(try image.find() == .unknown(reason: "it holds neither ext4 nor XFS"))
        #expect(
            try FreeSpace.find(length: 100) { _, _ in [1, 2] } == .unknown(reason: "it holds neither ext4 nor XFS"))
    }

    /// Files, and holes where others were removed.
    private func make(_ image: FileSystemImage, _ options: [String]) throws {
        let command = ["mkfs.ext4", "-q", "-F", "-d", try image.tree()] + options + [image.path]
        try image.run("sh", "-c", command.map { "'\($0)'" }.joined(separator: " "))
        for file in ["3/7", "5/11", "1/1"] { try image.run("debugfs", "-w", "-R", "rm \(file)", image.path) }
    }

    private func listed(_ image: FileSystemImage) throws -> (ranges: [Range<UInt64>], blockSize: UInt64) {
        let text = try image.run("dumpe2fs", image.path)
        var blockSize: UInt64 = 0
        var clusterSize: UInt64 = 0
        var blocks: [Range<UInt64>] = []
        for line in text.split(separator: "\n") {
            if line.hasPrefix("Block size:") { blockSize = UInt64(line.split(separator: " ").last ?? "") ?? 0 }
            if line.hasPrefix("Cluster size:") { clusterSize = UInt64(line.split(separator: " ").last ?? "") ?? 0 }
            guard line.hasPrefix("  Free blocks: ") else { continue }
            for run in line.dropFirst(15).split(separator: ", ") {
                let ends = run.split(separator: "-").compactMap { UInt64($0) }
                if let first = ends.first, let last = ends.last {
                    blocks.append(first..<last + max(clusterSize / blockSize, 1))
                }
            }
        }
        // Of clusters the first block is listed, and the last one may be cut off.
        let end = image.length / blockSize
        blocks = blocks.map { $0.lowerBound..<min($0.upperBound, end) }
        return (merged(blocks, blockSize: blockSize), blockSize)
    }
}
