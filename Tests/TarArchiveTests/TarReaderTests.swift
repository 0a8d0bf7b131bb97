import Foundation
import TarArchive
import Testing

/// What `tar` made of files, read to its end.
private func entries(_ archive: [UInt8], chunk: Int = 1000) throws -> [(entry: TarEntry, bytes: [UInt8])] {
    var offset = 0
    var reader = TarReader { count in
        defer { offset = min(offset + count, archive.count) }
        return Array(archive[offset..<min(offset + count, archive.count)])
    }
    var entries: [(TarEntry, [UInt8])] = []
    while let entry = try reader.next() {
        var bytes: [UInt8] = []
        while case let more = try reader.bytes(chunk), !more.isEmpty { bytes += more }
        entries.append((entry, bytes))
    }
    return entries
}

/// The output of GNU tar.
private func tar(_ script: String) throws -> [UInt8] {
    let directory = FileManager.default.temporaryDirectory.appending(path: "tar-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-ec", script]
    process.currentDirectoryURL = directory
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return Array(data)
}

@Suite struct TarReaderTests {
    private static let files = "mkdir -p disk/$long; head -c 100001 /dev/zero | tr '\\0' x > disk/$long/a; : > disk/b; "
    private static let long = String(repeating: "n", count: 120)

    @Test(arguments: ["ustar", "pax", "gnu"]) func filesAndDirectoriesComeInOrder(format: String) throws {
        // ustar has room for a long path only where a slash splits it.
        let name = format == "ustar" ? "d" : Self.long
        let archive = try tar("long=\(name); \(Self.files) tar -c --format=\(format) disk/$long disk/b")
        let found = try entries(archive)
        #expect(found.map(\.entry.name) == ["disk/\(name)/", "disk/\(name)/a", "disk/b"])
        #expect(found.map(\.entry.kind) == [.directory, .file, .file])
        #expect(found.map(\.entry.size) == [0, 100_001, 0])
        #expect(found[1].bytes == [UInt8](repeating: UInt8(ascii: "x"), count: 100_001))
        #expect(TarReader.isArchive(head: archive))
    }

    @Test func linksAndDevicesAreSpecial() throws {
        let found = try entries(tar("ln -s x link; mkfifo pipe; tar -c link pipe"))
        #expect(found.map(\.entry.kind) == [.special, .special])
    }

    @Test(arguments: ["gnu", "pax"]) func sizesThatOctalDigitsCannotHoldAreRead(format: String) throws {
        // The header of a file of 9 GiB, in numbers beyond 8 GiB's octal digits; its bytes need not come.
        let archive = try tar("truncate -s 9G a; tar -c --format=\(format) a | head -c 2048 || true")
        var offset = 0
        var reader = TarReader { count in
            defer { offset += count }
            return offset < archive.count ? Array(archive[offset...].prefix(count)) : []
        }
        #expect(try reader.next()?.size == 9 << 30)
    }

    @Test(arguments: ["gnu", "pax"]) func holesThatAreLeftOutAreRefused(format: String) throws {
        let archive = try tar("truncate -s 4M a; echo >> a; tar -c --sparse --format=\(format) a")
        #expect(throws: TarError.self) { try entries(archive) }
    }

    @Test func everyCutIsNoticed() throws {
        let archive = try tar("echo a > a; tar -c --format=ustar -b 1 a")
        #expect(archive.count >= 2048)
        for end in stride(from: 0, to: 1536, by: 64) {
            #expect(throws: TarError.truncated, "\(end)") { try entries(Array(archive[..<end])) }
        }
    }

    @Test func whatIsNotTrueToItsCheckSumIsDamaged() throws {
        var archive = try tar("echo a > a; echo b > b; tar -c --format=ustar a b")
        archive[1024] ^= 1
        #expect(throws: TarError.damaged("a header's check sum is wrong")) { try entries(archive) }
        archive[1024] ^= 1
        archive[archive.count - 1] = 1
        #expect(throws: TarError.damaged("something follows its end")) { try entries(archive) }
        #expect(!TarReader.isArchive(head: [UInt8](repeating: 0, count: 512)))
        #expect(!TarReader.isArchive(head: []))
    }
}
