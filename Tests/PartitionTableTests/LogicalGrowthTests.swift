import Foundation
import Testing

@testable import PartitionTable

@Suite struct LogicalGrowthTests {
    private static let tool = "/sbin/sfdisk"

    /// Runs sfdisk(8) on a file with this script, or with these options.
    private static func sfdisk(_ path: String, script: String? = nil, _ options: String...) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: tool)
        process.arguments = options + [path]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        try process.run()
        input.fileHandleForWriting.write(Data((script ?? "").utf8))
        try input.fileHandleForWriting.close()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(text)")
        return text
    }

    /// A file of this many MiB with the table of a script, for the time of `body`.
    private static func withDisk<Value>(
        _ script: String, mebibytes: UInt64 = 64, _ body: (String) throws -> Value
    ) throws -> Value {
        let path = NSTemporaryDirectory() + "martlet-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        try #require(FileHandle(forWritingAtPath: path)).truncate(atOffset: mebibytes << 20)
        _ = try sfdisk(path, script: script, "-q")
        return try body(path)
    }

    private static func read(_ path: String, _ offset: Int, _ count: Int) throws -> [UInt8] {
        let file = try #require(FileHandle(forReadingAtPath: path))
        try file.seek(toOffset: UInt64(offset))
        return Array(try file.read(upToCount: count) ?? Data())
    }

    private static func grow(_ path: String, _ number: Int, mebibytes: Int) throws -> PartitionGrowth {
        let table = try PartitionTable.read(imageHead: try read(path, 0, 4096), sectorSize: 512)
        return try table.growing(number, toDiskSectors: mebibytes << 11) { try read(path, $0, $1) }
    }

    private static let layouts: [(script: String, extended: Int, number: Int)] = [
        (
            "label: dos\n1: size=4M, type=83\n2: size=50M, type=5\n5: size=16M, type=83\n6: size=4M, type=82\n7: size=8M, type=83\n",
            2, 7
        ),
        ("label: dos\n1: size=4M, type=83\n2: size=50M, type=f\n5: size=16M, type=83\n", 2, 5),
        ("label: dos\n1: size=32M, type=5\n5: size=8M, type=83\n6: size=8M, type=8e\n", 1, 6),
    ]

    @Test(arguments: layouts.indices)
    func theLastLogicalPartitionAndTheExtendedOneReachToTheEnd(index: Int) throws {
        let (script, extended, number) = Self.layouts[index]
        try Self.withDisk(script) { path in
            let before = try Self.sfdisk(path, "--dump").split(separator: "\n")
            try #require(FileHandle(forWritingAtPath: path)).truncate(atOffset: 128 << 20)
            let growth = try Self.grow(path, number, mebibytes: 128)
            #expect(growth.startBytes + growth.newLengthBytes == 128 << 20)
            guard case .mbr(let grown) = growth.table else { throw PartitionTableError.noTable }
            let file = try #require(FileHandle(forWritingAtPath: path))
            for region in growth.links + [DiskRegion(offset: 0, bytes: grown.head(from: try Self.read(path, 0, 512)))] {
                try file.seek(toOffset: UInt64(region.offset))
                try file.write(contentsOf: Data(region.bytes))
            }
            #expect(try Self.sfdisk(path, "--verify").contains("No errors detected"))
            // Nothing but the two lengths has changed.
            let after = try Self.sfdisk(path, "--dump").split(separator: "\n")
            #expect(after.count == before.count)
            let changed = zip(before, after).filter { $0 != $1 }
            let numbers = changed.map { $0.0.prefix { $0 != ":" }.last(where: \.isNumber) }
            #expect(numbers == [Character("\(extended)"), Character("\(number)")])
            for (old, new) in changed {
                #expect(old.prefix { $0 != "," } == new.prefix { $0 != "," })
                #expect(old.suffix(8).contains("type=") && old.suffix(6) == new.suffix(6))
            }
            #expect(throws: NoGrowth.full(number)) { try Self.grow(path, number, mebibytes: 128) }
        }
    }

    @Test func whatLiesBehindALogicalPartitionIsNamed() throws {
        try Self.withDisk(
            "label: dos\n1: size=4M, type=83\n2: size=40M, type=5\n3: size=8M, type=82\n5: size=16M, type=83\n6: size=4M, type=83\n"
        ) { path in
            #expect(throws: NoGrowth.notLast(5, behind: [6, 3])) { try Self.grow(path, 5, mebibytes: 128) }
            #expect(throws: NoGrowth.notLast(6, behind: [3])) { try Self.grow(path, 6, mebibytes: 128) }
            #expect(throws: NoGrowth.noSuchPartition(7)) { try Self.grow(path, 7, mebibytes: 128) }
            #expect(throws: NoGrowth.extended(2)) { try Self.grow(path, 2, mebibytes: 128) }
        }
    }

    @Test func aLinkBehindTheLastPartitionIsNotOverwritten() throws {
        try Self.withDisk("label: dos\n1: size=48M, type=5\n5: size=8M, type=83\n6: size=8M, type=83\n") { path in
            // The second link loses its partition, as when one is deleted and the link stays.
            let file = try #require(FileHandle(forUpdatingAtPath: path))
            let link = try Self.read(path, 10 << 20, 512)
            #expect(link.suffix(2) == [0x55, 0xaa])
            try file.seek(toOffset: (10 << 20) + 446)
            try file.write(contentsOf: Data(repeating: 0, count: 16))
            #expect(throws: NoGrowth.linkBehind(5)) { try Self.grow(path, 5, mebibytes: 128) }
        }
    }

    @Test func neitherOfTheTwoOutgrowsItsThirtyTwoBits() throws {
        try Self.withDisk(Self.layouts[1].script) { path in
            let growth = try Self.grow(path, 5, mebibytes: 8 << 20)
            #expect(growth.isAtTableLimit)
            #expect(growth.startBytes + growth.newLengthBytes == 1 << 41)
            guard case .mbr(let grown) = growth.table else { throw PartitionTableError.noTable }
            #expect(grown.partitions.last?.endLBA == 1 << 32)
        }
    }
}
