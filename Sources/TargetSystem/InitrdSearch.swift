import CPIOArchive
import Decompression
import LinuxSystem

/// Looks whether an initial RAM disk has a file: archives one after the other, each plain or compressed, as the kernel
/// unpacks them (`Documentation/driver-api/early-userspace/buffer-format.rst`).
enum InitrdSearch {
    /// What came of it.
    enum Outcome: Equatable {
        case found
        case absent
        /// It cannot be read here: why.
        case unknown(String)
    }

    private static let chunk = 256 << 10
    /// Memory that an archive's own window may take.
    private static let limits = Decompressor.Limits(window: 128 << 20, threads: 1)

    /// Looks for the name, whatever directory it is in, up to the first archive that cannot be read.
    ///
    /// - Parameter file: open for reading, read from its start.
    /// - Throws: `SystemCallError` when the file cannot be read.
    static func find(_ name: String, in file: Descriptor) throws -> Outcome {
        var offset: UInt64 = 0
        while true {
            let start = try file.readBytes(count: chunk, at: offset)
            guard let first = start.first else { return .absent }
            if first == 0 {
                offset += UInt64(start.prefix { $0 == 0 }.count)
                continue
            }
            if start.starts(with: LegacyLZ4.magic) { return try unpacking(name, in: file, from: offset) }
            let format = Compression(head: start)
            guard format == .none else { return try decompressing(name, in: file, from: offset, format) }
            var names = CPIONameSearch(name)
            while true {
                let bytes = try file.readBytes(count: chunk, at: offset)
                let used = bytes.withUnsafeBytes { names.take($0, stopsAtTrailer: true) }
                offset += UInt64(used)
                if names.isFound { return .found }
                if names.isBroken { return .unknown("it is in no format that is known here") }
                if names.isBetween { break }
                if bytes.isEmpty { return .unknown("it is cut short") }
            }
        }
    }

    /// Takes all that follows for blocks of lz4's older format.
    private static func unpacking(_ name: String, in file: Descriptor, from start: UInt64) throws -> Outcome {
        var names = CPIONameSearch(name)
        do {
            var blocks = LegacyLZ4(from: start)
            while !names.isFound, !names.isBroken,
                let block = try blocks.next(read: { try file.readBytes(count: $1, at: $0) })
            {
                _ = block.withUnsafeBytes { names.take($0) }
            }
        } catch let error as DecompressionError {
            return .unknown(error.description)
        }
        return outcome(names, of: "lz4")
    }

    private static func outcome(_ names: CPIONameSearch, of format: String) -> Outcome {
        if names.isFound { return .found }
        return names.isBetween && !names.isBroken ? .absent : .unknown("its \(format) holds no whole archive")
    }

    /// Takes all that follows for one compressed archive; several may lie in it.
    private static func decompressing(
        _ name: String, in file: Descriptor, from start: UInt64, _ format: Compression
    ) throws -> Outcome {
        var offset = start
        var names = CPIONameSearch(name)
        do {
            let decoder = try Decompressor(format, limits: limits)
            while !names.isFound, !names.isBroken {
                let input = try file.readBytes(count: chunk, at: offset)
                offset += UInt64(input.count)
                if input.isEmpty {
                    try finish(decoder, &names)
                    break
                }
                try decode(input, decoder, &names)
            }
        } catch let error as DecompressionError {
            // Some other archive may follow the one that is complete.
            return .unknown(error.description)
        }
        return outcome(names, of: "\(format)")
    }

    private static func decode(
        _ input: [UInt8], _ decoder: Decompressor, _ names: inout CPIONameSearch
    ) throws(DecompressionError) {
        let output = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk, alignment: 16)
        defer { output.deallocate() }
        var used = 0
        var isFull = false
        while used < input.count || isFull, !names.isFound, !names.isBroken {
            let step = input.withUnsafeBytes { bytes in
                Result { () throws(DecompressionError) in
                    try decoder.decode(UnsafeRawBufferPointer(rebasing: bytes[used...]), into: output)
                }
            }
            let progress = try step.get()
            used += progress.consumed
            _ = names.take(UnsafeRawBufferPointer(rebasing: output[..<progress.produced]))
            isFull = progress.produced == output.count
        }
    }

    private static func finish(
        _ decoder: Decompressor, _ names: inout CPIONameSearch
    ) throws(DecompressionError) {
        let output = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk, alignment: 16)
        defer { output.deallocate() }
        while !names.isFound, !names.isBroken {
            let count = try decoder.finish(into: output)
            _ = names.take(UnsafeRawBufferPointer(rebasing: output[..<count]))
            if count < output.count { return }
        }
    }
}
