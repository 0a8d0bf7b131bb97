import Foundation
import Testing

@testable import FreeSpace

/// A file system in a file, made and filled by its own tools without being mounted.
final class FileSystemImage {
    private let directory: String
    let path: String
    let length: UInt64

    /// An empty file.
    init(mebibytes: Int) throws {
        directory = "/tmp/free-space-\(UUID().uuidString)"
        path = directory + "/fs"
        length = UInt64(mebibytes) << 20
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try Data().write(to: URL(fileURLWithPath: path))
        truncate(path, off_t(length))
    }

    deinit {
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// A tree of files large and small for the tools that copy one in.
    func tree() throws -> String {
        let tree = directory + "/tree"
        for folder in 0..<8 {
            try FileManager.default.createDirectory(atPath: "\(tree)/\(folder)", withIntermediateDirectories: true)
            for file in 0..<12 {
                let bytes = [UInt8](repeating: UInt8(folder * 16 + file), count: 1 + file * file * 2500)
                try Data(bytes).write(to: URL(fileURLWithPath: "\(tree)/\(folder)/\(file)"))
            }
        }
        return tree
    }

    @discardableResult
    func run(_ program: String, _ arguments: String...) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(program) \(arguments)")
        return String(decoding: text, as: UTF8.self)
    }

    func find() throws -> FreeSpace {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? file.close() }
        return try FreeSpace.find(length: length) { offset, count in
            try file.seek(toOffset: offset)
            return Array(try file.read(upToCount: count) ?? Data())
        }
    }

    /// The free ranges, which must be known.
    func free(_ name: String) throws -> [Range<UInt64>] {
        let found = try find()
        guard case .known(name, let free) = found else {
            Issue.record("\(found)")
            return []
        }
        return free
    }

    func overwrite(_ bytes: [UInt8], at offset: UInt64) throws {
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try file.seek(toOffset: offset)
        try file.write(contentsOf: Data(bytes))
        try file.close()
    }

    func bytes(at offset: UInt64, count: Int) throws -> [UInt8] {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? file.close() }
        try file.seek(toOffset: offset)
        return Array(try file.read(upToCount: count) ?? Data())
    }
}

/// Whether every byte of some ranges is in others; all in order and merged.
func covers(_ outer: [Range<UInt64>], _ inner: [Range<UInt64>]) -> Bool {
    inner.allSatisfy { range in
        outer.contains { $0.lowerBound <= range.lowerBound && range.upperBound <= $0.upperBound }
    }
}

func byteCount(_ ranges: [Range<UInt64>]) -> UInt64 { ranges.reduce(0) { $0 + UInt64($1.count) } }

/// Ranges of blocks as ranges of bytes, those that touch as one.
func merged(_ blocks: [Range<UInt64>], blockSize: UInt64) -> [Range<UInt64>] {
    blocks.sorted { $0.lowerBound < $1.lowerBound }.reduce(into: []) { ranges, run in
        let range = run.lowerBound * blockSize..<run.upperBound * blockSize
        if let last = ranges.last, last.upperBound == range.lowerBound {
            ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
        } else {
            ranges.append(range)
        }
    }
}
