import CLZ4

/// lz4's format before it had frames, which `lz4 -l` writes and the Linux kernel unpacks: a magic number, then blocks that
/// stand each for themselves, of 8 MiB decoded save for the last (lz4 frame format 1.6.2, "Legacy frame").
///
/// No image comes in it, but initial RAM disks do.
public struct LegacyLZ4: Sendable {
    /// What it begins with.
    public static let magic: [UInt8] = [0x02, 0x21, 0x4c, 0x18]
    /// Bytes of a decoded block at most.
    private static let blockLength = 8 << 20
    /// Bytes of a block as it lies in the file at most: `LZ4_COMPRESSBOUND` of lz4.h.
    private static let limit = blockLength + blockLength / 255 + 16

    /// Bytes that were read, from the file's start.
    private var offset: UInt64

    /// A file's blocks from its magic number on.
    ///
    /// - Parameter start: where that is.
    public init(from start: UInt64) {
        offset = start
    }

    /// Decodes the next block.
    ///
    /// - Parameter read: gives so many bytes of the file from an offset on, fewer at its end.
    /// - Returns: `nil` at the end of the file, and where zeros follow.
    /// - Throws: `DecompressionError`, and what `read` throws.
    public mutating func next(read: (_ offset: UInt64, _ count: Int) throws -> [UInt8]) throws -> [UInt8]? {
        var field = try read(offset, 4)
        while field == Self.magic {
            offset += 4
            field = try read(offset, 4)
        }
        guard !field.isEmpty else { return nil }
        guard field.count == 4 else { throw DecompressionError.truncated(.lz4, offset: offset) }
        let length = field.reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length > 0 else { return nil }
        guard length <= Self.limit else {
            throw DecompressionError.corrupt(.lz4, offset: offset, reason: "a block is longer than there can be")
        }
        let packed = try read(offset + 4, length)
        offset += 4 + UInt64(packed.count)
        guard packed.count == length else { throw DecompressionError.truncated(.lz4, offset: offset) }
        return try decoded(packed)
    }

    private func decoded(_ packed: [UInt8]) throws(DecompressionError) -> [UInt8] {
        var count: Int32 = -1
        let block = [UInt8](unsafeUninitializedCapacity: Self.blockLength) { buffer, filled in
            count = packed.withUnsafeBytes { source in
                LZ4_decompress_safe(
                    source.baseAddress?.assumingMemoryBound(to: CChar.self),
                    UnsafeMutableRawPointer(buffer.baseAddress)?.assumingMemoryBound(to: CChar.self),
                    Int32(clamping: packed.count), Int32(Self.blockLength))
            }
            filled = max(Int(count), 0)
        }
        guard count >= 0 else { throw .corrupt(.lz4, offset: offset, reason: "a block cannot be decoded") }
        return block
    }
}
