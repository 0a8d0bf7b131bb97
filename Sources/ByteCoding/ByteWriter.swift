/// Appends integers and runs of bytes in a stated byte order, and fills in earlier fields once their value is known.
public struct ByteWriter: Sendable {
    /// What was written so far.
    public private(set) var bytes: [UInt8]

    /// An empty writer.
    public init(reservingCapacity capacity: Int = 0) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Bytes written so far.
    public var count: Int { bytes.count }

    /// Appends an integer in little-endian order.
    public mutating func littleEndian(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Appends an integer in big-endian (network) order.
    public mutating func bigEndian(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// Appends an integer in the byte order of this machine, as netlink has it.
    public mutating func native(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
    }

    /// Appends bytes as they are.
    public mutating func append(_ more: some Sequence<UInt8>) {
        bytes.append(contentsOf: more)
    }

    /// Appends zero bytes until the length is a multiple of `alignment`.
    public mutating func pad(toMultipleOf alignment: Int) {
        guard alignment > 0 else { return }
        while bytes.count % alignment != 0 { bytes.append(0) }
    }

    /// Appends `length` zero bytes.
    public mutating func zeros(_ length: Int) {
        bytes.append(contentsOf: repeatElement(0, count: max(length, 0)))
    }

    /// Overwrites an integer written earlier, in the byte order of this machine. An offset outside is ignored.
    public mutating func patchNative(_ value: some FixedWidthInteger, at offset: Int) {
        withUnsafeBytes(of: value) { source in
            guard offset >= 0, offset + source.count <= bytes.count else { return }
            for (index, byte) in source.enumerated() { bytes[offset + index] = byte }
        }
    }
}
