import ByteCoding
import PartitionTable

/// One of the areas in which a physical volume keeps the text of its group's metadata: a header of one sector
/// (`mda_header`), and behind it a ring in which each new text follows the one before (lvm2 `lib/format_text/layout.h`).
struct MetadataArea: Equatable, Sendable {
    /// The first byte on the device.
    let start: UInt64
    /// Bytes, the header included.
    let size: UInt64
    /// The header's sector.
    let header: [UInt8]
    /// The text that holds; `nil` when there is none, or it is not to be used.
    let location: TextLocation?

    /// `raw_locn`: where a text is.
    struct TextLocation: Equatable, Sendable {
        /// Bytes from the area's start.
        let offset: UInt64
        /// Bytes, the NUL at its end included.
        let size: UInt64
        let checksum: UInt32
    }

    static let headerLength = 512
    static let magic = Array(" LVM2 x[5A%r0N*>".utf8)
    /// More text than any real volume group has: thousands of volumes take a megabyte.
    static let largestText = 16 << 20
    /// `raw_locn`: the metadata in this area is not to be used.
    private static let ignoredFlag: UInt32 = 1
    /// The first `raw_locn` is the text that holds, the second one that is about to.
    static let locationsOffset = 40
    static let locationLength = 24

    /// Reads the header of an area.
    ///
    /// - Throws: `LVMError.damaged`; whatever `read` throws.
    init(at start: UInt64, size: UInt64, _ read: PhysicalVolume.Reading) throws {
        let header = try read(start, Self.headerLength)
        guard header.count == Self.headerLength else {
            throw LVMError.damaged(reason: "a metadata area lies past its end")
        }
        var reader = ByteReader(header)
        let checksum = try reader.littleEndian(UInt32.self)
        guard CRC32.remainder(of: header.dropFirst(4), from: PhysicalVolume.checksumStart) == checksum,
            try reader.read(Self.magic.count).elementsEqual(Self.magic), try reader.littleEndian(UInt32.self) == 1,
            try reader.littleEndian(UInt64.self) == start, try reader.littleEndian(UInt64.self) == size
        else { throw LVMError.damaged(reason: "the header of a metadata area is wrong") }
        let offset = try reader.littleEndian(UInt64.self)
        let textSize = try reader.littleEndian(UInt64.self)
        let textChecksum = try reader.littleEndian(UInt32.self)
        let flags = try reader.littleEndian(UInt32.self)
        self.start = start
        self.size = size
        self.header = header
        guard offset != 0, textSize != 0, flags & Self.ignoredFlag == 0 else {
            location = nil
            return
        }
        let headerLength = UInt64(Self.headerLength)
        guard textSize <= UInt64(Self.largestText), offset >= headerLength, offset < size,
            textSize <= size - headerLength
        else { throw LVMError.damaged(reason: "the metadata lies outside of its area") }
        location = TextLocation(offset: offset, size: textSize, checksum: textChecksum)
    }

    /// The text that holds. One that reaches the area's end goes on after the header.
    ///
    /// - Throws: `LVMError.damaged`; whatever `read` throws.
    func text(_ read: PhysicalVolume.Reading) throws -> [UInt8]? {
        guard let location else { return nil }
        let first = min(location.size, size - location.offset)
        var text = try read(start &+ location.offset, Int(clamping: first))
        if first < location.size {
            text += try read(start &+ UInt64(Self.headerLength), Int(clamping: location.size - first))
        }
        guard UInt64(text.count) == location.size,
            CRC32.remainder(of: text, from: PhysicalVolume.checksumStart) == location.checksum
        else { throw LVMError.damaged(reason: "the metadata's checksum is wrong") }
        return text
    }
}
