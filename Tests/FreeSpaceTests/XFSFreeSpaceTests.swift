import Foundation
import Testing

@testable import FreeSpace

/// Needs xfsprogs.
@Suite struct XFSFreeSpaceTests {
    @Test(arguments: [
        [], ["-b", "size=1024"], ["-s", "size=4096"], ["-d", "agcount=9"], ["-m", "crc=0"],
        ["-m", "crc=0", "-b", "size=512"], ["-m", "rmapbt=1,reflink=1"], ["-m", "reflink=0,bigtime=0,inobtcount=0"],
    ])
    func theFreeBlocksAreThoseThatXFSDBLists(options: [String]) throws {
        let image = try FileSystemImage(mebibytes: 700)
        try make(image, options)
        let free = try image.free("XFS")
        let listed = try listed(image)
        #expect(covers(listed, free))
        // It also lists the few blocks that each group keeps for its own trees.
        #expect(byteCount(listed) <= byteCount(free) + 9 * 20 * 4096)
        #expect(byteCount(free) > image.length / 4)
    }

    @Test func nothingIsFreeWhereTheLogIsYetToBeReplayed() throws {
        let image = try FileSystemImage(mebibytes: 320)
        try make(image, [])
        // The operation of the log's only record no longer unmounts.
        let start = try logStart(image)
        let operation = try image.bytes(at: start + 512, count: 16)
        #expect(operation[9] & 0x20 != 0)
        try image.overwrite([operation[9] & ~0x20], at: start + 512 + 9)
        #expect(try image.find() == .unknown(reason: "its XFS was not unmounted cleanly"))
        // Nor does it when there is no record at all.
        try image.overwrite([0, 0, 0, 0], at: start)
        #expect(try image.find() == .unknown(reason: "its file system is damaged: its log has no records"))
    }

    @Test func aWrongChecksumAnywhereIsFound() throws {
        let image = try FileSystemImage(mebibytes: 320)
        try make(image, [])
        let root = try #require(UInt64(field(image, "agf 1", "bnoroot")))
        let group = try #require(UInt64(field(image, "sb 0", "agblocks")))
        for offset: UInt64 in [200, 512 + 60, (group + root) * 4096 + 57] {
            let old = try image.bytes(at: offset, count: 1)
            try image.overwrite([old[0] ^ 1], at: offset)
            guard case .unknown(let reason) = try image.find() else {
                Issue.record("byte \(offset) is believed")
                continue
            }
            #expect(reason.contains("checksum"))
            try image.overwrite(old, at: offset)
        }
        #expect(try !image.free("XFS").isEmpty)
    }

    @Test func damageWithoutChecksumsIsNeverATrap() throws {
        let image = try FileSystemImage(mebibytes: 320)
        try make(image, ["-m", "crc=0"])
        let head = try image.bytes(at: 0, count: 64 << 10)
        var random = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            var damaged = head
            for _ in 0..<3 {
                let sector = [0, 512, 4096].randomElement(using: &random) ?? 0
                damaged[sector + .random(in: 0..<256, using: &random)] = .random(in: 0...255, using: &random)
            }
            let free = try? XFSLayout(start: damaged, length: image.length)?.freeRanges { offset, count in
                let start = min(Int(clamping: offset), damaged.count)
                if start + count <= damaged.count { return Array(damaged[start..<start + count]) }
                return try image.bytes(at: offset, count: count)
            }
            #expect(free?.allSatisfy { $0.upperBound <= image.length } != false)
        }
    }

    private func make(_ image: FileSystemImage, _ options: [String]) throws {
        let tree = try image.tree()
        var proto = "/dummy\n0 0\nd--755 0 0\n"
        for folder in 0..<8 {
            proto += "\(folder) d--755 0 0\n"
            for file in 0..<12 { proto += "\(file) ---644 0 0 \(tree)/\(folder)/\(file)\n" }
            proto += "$\n"
        }
        let list = tree + ".proto"
        try (proto + "$\n").write(toFile: list, atomically: false, encoding: .utf8)
        try image.run(
            "sh", "-c", (["mkfs.xfs", "-q", "-f", "-p", list] + options + [image.path]).joined(separator: " "))
    }

    private func field(_ image: FileSystemImage, _ place: String, _ name: String) throws -> String {
        let text = try image.run("xfs_db", "-r", "-c", place, "-c", "print \(name)", image.path)
        return text.split(whereSeparator: { " \n".contains($0) }).last.map(String.init) ?? ""
    }

    private func logStart(_ image: FileSystemImage) throws -> UInt64 {
        let block = try #require(UInt64(field(image, "sb 0", "logstart")))
        let bits = try #require(UInt64(field(image, "sb 0", "agblklog")))
        let group = try #require(UInt64(field(image, "sb 0", "agblocks")))
        return ((block >> bits) * group + block & (1 << bits - 1)) * 4096
    }

    private func listed(_ image: FileSystemImage) throws -> [Range<UInt64>] {
        let blockSize = try #require(UInt64(field(image, "sb 0", "blocksize")))
        let group = try #require(UInt64(field(image, "sb 0", "agblocks")))
        let text = try image.run("xfs_db", "-r", "-c", "freesp -d", image.path)
        let runs = text.split(separator: "\n").compactMap { line -> Range<UInt64>? in
            let numbers = line.split(separator: " ").compactMap { UInt64($0) }
            guard numbers.count == 3, line.split(separator: " ").count == 3 else { return nil }
            let start = numbers[0] * group + numbers[1]
            return start..<start + numbers[2]
        }
        return merged(runs, blockSize: blockSize)
    }
}
