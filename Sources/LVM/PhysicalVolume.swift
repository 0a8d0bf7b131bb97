import ByteCoding
import PartitionTable

/// A physical volume of LVM 2 and the text of the metadata that it carries (lvm2 `lib/format_text/layout.h`).
public struct PhysicalVolume: Equatable, Sendable {
    /// Its UUID: 32 letters and digits, without hyphens.
    public let uuid: String
    /// The metadata's text; `nil` when this volume carries none, or is in no volume group yet.
    public let metadata: [UInt8]?

    /// Reads bytes of the device from a byte offset on; fewer at its end.
    public typealias Reading = (_ offset: UInt64, _ count: Int) throws -> [UInt8]

    static let sectorSize = 512
    static let labelSectors = 4
    static let areaMagic = Array(" LVM2 x[5A%r0N*>".utf8)
    /// More text than any real volume group has: thousands of volumes take a megabyte.
    static let largestText = 16 << 20
    /// lvm2 `lib/misc/crc.h`: where its CRC-32 begins.
    static let checksumStart: UInt32 = 0xf597_a6cf
    /// `raw_locn`: the metadata in this area is not to be used.
    private static let ignoredFlag: UInt32 = 1

    /// Looks for a physical volume.
    ///
    /// - Returns: `nil` when no label is in the first four sectors.
    /// - Throws: `LVMError` when there is one, and it or every metadata area is damaged; whatever `read` throws.
    public static func read(_ read: Reading) throws -> PhysicalVolume? {
        let head = try read(0, labelSectors * sectorSize)
        for start in stride(from: 0, to: head.count, by: sectorSize) {
            let sector = head[start...].prefix(sectorSize)
            guard sector.count == sectorSize, sector.starts(with: Array("LABELONE".utf8)) else { continue }
            return try volume(label: sector, number: UInt64(start / sectorSize), read)
        }
        return nil
    }

    /// `label_header`, `pv_header` and its two lists of `disk_locn`: data areas, then metadata areas.
    private static func volume(
        label: ArraySlice<UInt8>, number: UInt64, _ read: Reading
    ) throws -> PhysicalVolume? {
        var reader = ByteReader(label)
        try reader.skip(8)
        let ownSector = try reader.littleEndian(UInt64.self)
        let checksum = try reader.littleEndian(UInt32.self)
        let contents = try reader.littleEndian(UInt32.self)
        guard try reader.read(8).elementsEqual(Array("LVM2 001".utf8)) else { return nil }
        guard ownSector == number, CRC32.remainder(of: label.dropFirst(20), from: checksumStart) == checksum else {
            throw LVMError.damaged(reason: "the label's checksum is wrong")
        }
        do {
            try reader.seek(to: Int(clamping: contents))
            let uuid = String(decoding: try reader.read(32), as: UTF8.self)
            try reader.skip(8)
            _ = try areas(&reader)
            return PhysicalVolume(uuid: uuid, metadata: try text(in: try areas(&reader), read))
        } catch let error as ByteReadError {
            throw LVMError.damaged(reason: "its label ends early: \(error)")
        }
    }

    private static func areas(_ reader: inout ByteReader) throws(ByteReadError) -> [(start: UInt64, size: UInt64)] {
        var areas: [(start: UInt64, size: UInt64)] = []
        while true {
            let start = try reader.littleEndian(UInt64.self)
            let size = try reader.littleEndian(UInt64.self)
            if start == 0 { return areas }
            areas.append((start, size))
        }
    }

    /// The text in the first area that is whole; a volume may have a second one at its end.
    private static func text(in areas: [(start: UInt64, size: UInt64)], _ read: Reading) throws -> [UInt8]? {
        var damage: LVMError?
        for area in areas {
            do {
                if let text = try text(inAreaAt: area.start, size: area.size, read) { return text }
            } catch let error as LVMError {
                damage = damage ?? error
            }
        }
        if let damage { throw damage }
        return nil
    }

    /// `mda_header` and the first `raw_locn`, which is the committed text; a text that reaches the area's end goes on
    /// after the header.
    private static func text(inAreaAt start: UInt64, size areaSize: UInt64, _ read: Reading) throws -> [UInt8]? {
        let header = try read(start, sectorSize)
        guard header.count == sectorSize else { throw LVMError.damaged(reason: "a metadata area lies past its end") }
        var reader = ByteReader(header)
        let checksum = try reader.littleEndian(UInt32.self)
        guard CRC32.remainder(of: header.dropFirst(4), from: checksumStart) == checksum,
            try reader.read(areaMagic.count).elementsEqual(areaMagic), try reader.littleEndian(UInt32.self) == 1,
            try reader.littleEndian(UInt64.self) == start, try reader.littleEndian(UInt64.self) == areaSize
        else { throw LVMError.damaged(reason: "the header of a metadata area is wrong") }
        let offset = try reader.littleEndian(UInt64.self)
        let size = try reader.littleEndian(UInt64.self)
        let textChecksum = try reader.littleEndian(UInt32.self)
        let flags = try reader.littleEndian(UInt32.self)
        if offset == 0 || size == 0 || flags & ignoredFlag != 0 { return nil }
        guard size <= UInt64(largestText), offset >= UInt64(sectorSize), offset < areaSize,
            size <= areaSize - UInt64(sectorSize)
        else { throw LVMError.damaged(reason: "the metadata lies outside of its area") }
        let first = min(size, areaSize - offset)
        var text = try read(start &+ offset, Int(clamping: first))
        if first < size { text += try read(start &+ UInt64(sectorSize), Int(clamping: size - first)) }
        guard UInt64(text.count) == size, CRC32.remainder(of: text, from: checksumStart) == textChecksum else {
            throw LVMError.damaged(reason: "the metadata's checksum is wrong")
        }
        return text
    }
}
