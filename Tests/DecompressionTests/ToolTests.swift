import Decompression
import Foundation
import Testing

/// What the usual programs make of a sample, in the ways that they can write it, is that sample again.
@Suite struct ToolTests {
    private static let original = sample(1_300_000, seed: 5)

    @Test(
        arguments: ["-B4", "-B5", "-B6", "-B7"],
        ["", "-BD", "-9 -BD", "--content-size -BX", "--no-frame-crc", "-BD -BX"])
    func lz4(blocks: String, options: String) throws {
        try check("lz4 -q \(blocks) \(options) -c IMAGE", .lz4)
    }

    @Test(arguments: ["bzip2 -9", "bzip2 -1", "pbzip2 -p2 -b1", "pbzip2 -p1", "lbzip2 -n2", "lbzip2 -n2 -3"])
    func bzip2(command: String) throws {
        try check("\(command) -c IMAGE", .bzip2)
    }

    @Test(arguments: [
        "xz -1", "xz -1 -T2", "xz -1 -T2 --block-size=300KiB", "xz -1 -T1 --block-size=1MiB", "xz -0 -T2 -C none",
    ])
    func xz(command: String) throws {
        try check("\(command) -c IMAGE", .xz)
    }

    @Test(arguments: ["zstd -q", "zstd -q --long=27 -T2", "zstd -q --no-check --no-content-size", "pzstd -q -p2 -1"])
    func zstd(command: String) throws {
        try check("\(command) -c IMAGE", .zstd)
    }

    private func check(_ command: String, _ format: Compression) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let image = folder.appendingPathComponent("image")
        try Data(Self.original).write(to: image)
        let once = try Self.output(of: command.replacingOccurrences(of: "IMAGE", with: image.path))
        #expect(Compression(head: once) == format)
        for threads in [1, 3] {
            let limits = Decompressor.Limits(threads: threads)
            let twice = try decompressed(once + once, format, pieces: 70_000, output: 1 << 18, limits: limits)
            #expect(twice == Self.original + Self.original)
        }
    }

    private static func output(of command: String) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let bytes = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(command)")
        return Array(bytes)
    }
}
