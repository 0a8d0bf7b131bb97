/// An image of version 3 with a disk of 2 MiB, built byte by byte: header, level-1 table, level-2 table, two clusters.
struct TinyImage {
    static let l1Offset: UInt64 = 3 << 16
    static let l2Offset: UInt64 = 4 << 16
    var bytes = [UInt8](repeating: 0, count: 7 << 16)

    init(hasSubclusters: Bool = false) {
        set(0, UInt32(0x5146_49fb))
        set(4, UInt32(3))
        set(20, UInt32(16))
        set(24, UInt64(2 << 20))
        set(36, UInt32(1))
        set(40, Self.l1Offset)
        set(72, UInt64(hasSubclusters ? 1 << 4 : 0))
        set(96, UInt32(4))
        set(100, UInt32(112))
        setTable(Self.l2Offset)
    }

    mutating func setTable(_ offset: UInt64) {
        set(Int(Self.l1Offset), offset | 1 << 63)
    }

    /// Sets eight bytes of the level-2 table.
    mutating func setEntry(_ number: Int, _ entry: UInt64) {
        set(Int(Self.l2Offset) + 8 * number, entry)
    }

    /// Sets an integer, highest byte first.
    mutating func set(_ offset: Int, _ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.replaceSubrange(offset..<offset + $0.count, with: $0) }
    }

    /// Puts a header extension behind the header.
    mutating func setExtension(_ type: UInt32, _ contents: [UInt8], length: UInt32? = nil) {
        set(112, type)
        set(116, length ?? UInt32(contents.count))
        bytes.replaceSubrange(120..<120 + contents.count, with: contents)
    }
}
