import Diagnostics

/// Why a compressed image cannot be decoded. Offsets count the bytes as served, before decoding, from 0.
public enum DecompressionError: ExplainedError, Equatable {
    /// The input ends inside a member, stream or frame, after `offset` bytes.
    case truncated(Compression, offset: UInt64)
    /// After the end comes something that is neither another member, stream or frame nor allowed padding.
    case trailingBytes(Compression, offset: UInt64)
    /// What was read up to `offset` contradicts the format or its own check sum.
    case corrupt(Compression, offset: UInt64, reason: String)
    /// The stream asks for more memory than is allowed. Both in bytes; `needed` is 0 when the stream does not say.
    case windowTooLarge(Compression, needed: UInt64, limit: UInt64)
    /// The decoder could not be set up for want of memory.
    case outOfMemory(Compression)

    /// One sentence without a final full stop.
    public var description: String {
        switch self {
        case .truncated(let format, let offset):
            "the image is truncated: its \(format) data ends in the middle, after \(offset) bytes as served"
        case .trailingBytes(let format, let offset):
            "the image has bytes after the end of its \(format) data, from offset \(offset) as served"
        case .corrupt(let format, let offset, let reason):
            "the image's \(format) data is damaged before offset \(offset) as served: \(reason)"
        case .windowTooLarge(let format, let needed, let limit):
            "the image's \(format) data needs \(needed == 0 ? "more" : "\(needed) bytes, more") than the "
                + "\(limit) bytes of memory allowed for decoding"
        case .outOfMemory(let format):
            "there is not enough memory to decode the image's \(format) data"
        }
    }

    /// What to try.
    public var advice: String {
        switch self {
        case .truncated, .corrupt: "compare the image on the server with its original, by size and checksum"
        case .trailingBytes: "build the image again; nothing may follow the compressed data"
        case .windowTooLarge, .outOfMemory:
            "compress the image with a smaller window, for example zstd -19 without --long"
        }
    }
}
