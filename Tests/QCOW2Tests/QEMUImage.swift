import Decompression
import Foundation
import QCOW2

/// A folder for images that the real qemu-img makes; gone with its last owner.
final class ImageFolder: Sendable {
    let path: String

    init() throws {
        path = "/var/tmp/martlet-qcow2-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Runs a program here, without a word.
    func run(_ program: String, _ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/" + program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: path)
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw ToolFailure(command: "\(program) \(arguments)") }
    }

    struct ToolFailure: Error {
        let command: String
    }

    func read(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)))
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
    }

    /// The raw disk in an image, as qemu-img reads it.
    func raw(_ name: String) throws -> [UInt8] {
        try run("qemu-img", "convert", "-O", "raw", name, name + ".raw")
        return try read(name + ".raw")
    }

    /// 20 MiB and a sector: text, zeros, bytes that do not compress.
    static let disk: [UInt8] = {
        var bytes = [UInt8](repeating: 0, count: 20 << 20 | 512)
        var state: UInt64 = 1
        func put(_ range: Range<Int>, mask: UInt8) {
            for index in range {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes[index] = UInt8(truncatingIfNeeded: state >> 33) & mask | 1
            }
        }
        put(0..<512, mask: 0x0f)
        put(1 << 20..<7 << 20, mask: 0x0f)
        put((7 << 20) + 5000..<(7 << 20) + 5512, mask: 0xff)
        put(15 << 20..<16 << 20, mask: 0xff)
        put(20 << 20..<20 << 20 | 512, mask: 0x0f)
        return bytes
    }()
}

/// Reads an image as its map says, with the megabyte before the place that was reached at hand.
struct MapReading {
    /// The disk, with 0xaa where nothing was said about it.
    var disk: [UInt8]
    /// How often the file had to be begun again.
    var rewinds = 0
    /// How often something was asked for.
    var needs = 0

    init(_ file: [UInt8], first length: UInt64 = .max, tablesFirst: Bool = false) throws {
        let header = try QCOW2Header(head: file, fileLength: UInt64(file.count))
        let decoder = try ClusterDecoder(header.compression == .zstd ? .zstd : .deflate)
        var map = ClusterMap(header, first: length, fileLength: UInt64(file.count))
        disk = [UInt8](repeating: 0xaa, count: Int(min(length, header.virtualSize)))
        var reached: UInt64 = 0
        while !map.isComplete {
            guard let need = try map.next(from: reached - min(reached, 1 << 20), tablesFirst: tablesFirst) else {
                map.rewind()
                rewinds += 1
                reached = 0
                continue
            }
            needs += 1
            switch need {
            case .table(let table):
                reached = max(reached, table.range.upperBound)
                for zeros in try map.take(
                    Array(file[Int(table.range.lowerBound)..<Int(table.range.upperBound)]), of: table)
                {
                    disk.withUnsafeMutableBytes { disk in
                        let place = disk[Int(zeros.lowerBound)..<Int(zeros.upperBound)]
                        UnsafeMutableRawBufferPointer(rebasing: place).initializeMemory(as: UInt8.self, repeating: 0)
                    }
                }
            case .data(let extent):
                reached = max(reached, extent.hostEnd)
                let bytes = file[Int(extent.host)..<min(Int(extent.hostEnd), file.count)]
                try bytes.withUnsafeBytes { try put($0, extent, header, decoder) }
            }
        }
    }

    private mutating func put(
        _ bytes: UnsafeRawBufferPointer, _ extent: HostExtent, _ header: QCOW2Header, _ decoder: ClusterDecoder
    ) throws {
        try disk.withUnsafeMutableBytes { disk in
            let place = UnsafeMutableRawBufferPointer(rebasing: disk[Int(extent.guest)...].prefix(Int(extent.length)))
            guard extent.packedLength != nil else { return place.copyMemory(from: bytes) }
            var cluster = [UInt8](repeating: 0, count: Int(header.clusterSize))
            try cluster.withUnsafeMutableBytes { cluster in
                try decoder.decode(bytes, into: cluster)
                place.copyMemory(from: UnsafeRawBufferPointer(rebasing: cluster.prefix(place.count)))
            }
        }
    }
}
