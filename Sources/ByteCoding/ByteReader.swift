/// Reads integers and runs of bytes from a buffer, and never past its end.
///
/// Offsets count from the reader's own start, whatever the indices of the slice that it was made from.
public struct ByteReader: Sendable {
    private let bytes: ArraySlice<UInt8>

    /// Bytes read so far.
    public private(set) var offset = 0

    /// Reads from a whole array.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes[...]
    }

    /// Reads from a slice.
    public init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
    }

    /// Bytes in all.
    public var count: Int { bytes.count }

    /// Bytes not yet read.
    public var remaining: Int { bytes.count - offset }

    /// Whether every byte was read.
    public var isAtEnd: Bool { remaining == 0 }

    /// Moves to an offset from the start.
    public mutating func seek(to newOffset: Int) throws(ByteReadError) {
        guard newOffset >= 0, newOffset <= count else {
            throw ByteReadError(offset: newOffset, wanted: 0, available: count)
        }
        offset = newOffset
    }

    /// Passes over bytes.
    public mutating func skip(_ length: Int) throws(ByteReadError) {
        _ = try read(length)
    }

    /// The next `length` bytes.
    public mutating func read(_ length: Int) throws(ByteReadError) -> ArraySlice<UInt8> {
        guard length >= 0, length <= remaining else {
            throw ByteReadError(offset: offset, wanted: length, available: remaining)
        }
        let start = bytes.startIndex + offset
        offset += length
        return bytes[start..<start + length]
    }

    /// All bytes not yet read.
    public mutating func readRest() -> ArraySlice<UInt8> {
        defer { offset = count }
        return bytes[(bytes.startIndex + offset)...]
    }

    /// The next integer in little-endian order.
    public mutating func littleEndian<Value: FixedWidthInteger>(
        _: Value.Type = Value.self
    ) throws(ByteReadError) -> Value {
        try read(MemoryLayout<Value>.size).reversed().reduce(0) { $0 << 8 | Value(truncatingIfNeeded: $1) }
    }

    /// The next integer in big-endian (network) order.
    public mutating func bigEndian<Value: FixedWidthInteger>(_: Value.Type = Value.self) throws(ByteReadError) -> Value
    {
        try read(MemoryLayout<Value>.size).reduce(0) { $0 << 8 | Value(truncatingIfNeeded: $1) }
    }

    /// The next integer in the byte order of this machine, as netlink has it.
    public mutating func native<Value: FixedWidthInteger>(_: Value.Type = Value.self) throws(ByteReadError) -> Value {
        #if _endian(little)
            try littleEndian()
        #else
            try bigEndian()
        #endif
    }
}

/// A read past the end of a buffer: the data is shorter than its format promises.
public struct ByteReadError: Error, Equatable, CustomStringConvertible {
    /// Where the read began, in bytes from the start.
    public let offset: Int
    /// Bytes wanted.
    public let wanted: Int
    /// Bytes there were.
    public let available: Int

    /// One sentence without a final full stop.
    public var description: String {
        "wanted \(wanted) bytes at offset \(offset), but only \(available) are there"
    }
}
