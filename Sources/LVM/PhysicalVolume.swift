import ByteCoding
import PartitionTable

/// A physical volume of LVM 2 and the text of the metadata that it carries (lvm2 `lib/format_text/layout.h`).
public struct PhysicalVolume: Equatable, Sendable {
    /// Its UUID: 32 letters and digits, without hyphens.
    public let uuid: String
    /// The metadata's text; `nil` when this volume carries none, or is in no volume group yet.
    public let metadata: [UInt8]?

    let label: Label
    /// Metadata areas that it has.
    let areaCount: Int
    /// The one that the text was read from.
    let area: MetadataArea?

    /// The sector that tells a physical volume.
    struct Label: Equatable, Sendable {
        /// Its number.
        let number: UInt64
        let bytes: [UInt8]
        /// Where it says how long the device is, in bytes (`pv_header.device_size_xl`).
        let deviceSizeOffset: Int
    }

    /// Reads bytes of the device from a byte offset on; fewer at its end.
    public typealias Reading = (_ offset: UInt64, _ count: Int) throws -> [UInt8]

    static let sectorSize = 512
    static let labelSectors = 4
    /// lvm2 `lib/misc/crc.h`: where its CRC-32 begins.
    static let checksumStart: UInt32 = 0xf597_a6cf
    /// The label's checksum, and where what it covers begins.
    static let checksumOffset = 16
    static let checkedOffset = 20

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
        guard ownSector == number,
            CRC32.remainder(of: label.dropFirst(checkedOffset), from: checksumStart) == checksum
        else { throw LVMError.damaged(reason: "the label's checksum is wrong") }
        do {
            try reader.seek(to: Int(clamping: contents))
            let uuid = String(decoding: try reader.read(32), as: UTF8.self)
            let deviceSizeOffset = reader.offset
            try reader.skip(8)
            _ = try areas(&reader)
            let areas = try areas(&reader)
            let found = try text(in: areas, read)
            return PhysicalVolume(
                uuid: uuid, metadata: found?.text,
                label: Label(number: number, bytes: Array(label), deviceSizeOffset: deviceSizeOffset),
                areaCount: areas.count, area: found?.area)
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
    private static func text(
        in areas: [(start: UInt64, size: UInt64)], _ read: Reading
    ) throws -> (text: [UInt8], area: MetadataArea)? {
        var damage: LVMError?
        for place in areas {
            do {
                let area = try MetadataArea(at: place.start, size: place.size, read)
                if let text = try area.text(read) { return (text, area) }
            } catch let error as LVMError {
                damage = damage ?? error
            }
        }
        if let damage { throw damage }
        return nil
    }
}
