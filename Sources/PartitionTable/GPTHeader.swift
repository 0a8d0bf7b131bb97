import ByteCoding

/// The fields of a primary header, each within its bounds (UEFI specification, table 5-5).
struct GPTHeader {
    let alternateLBA: Int
    let firstUsableLBA: Int
    let lastUsableLBA: Int
    let diskGUID: GUID
    let entriesLBA: Int
    let entryCapacity: Int
    let entriesChecksum: UInt32

    init(sector: ArraySlice<UInt8>, sectorSize: Int) throws(PartitionTableError) {
        do {
            var reader = ByteReader(sector)
            guard try reader.read(GPT.signature.count).elementsEqual(GPT.signature) else {
                throw PartitionTableError.damagedHeader(reason: "its signature is missing")
            }
            let revision = try reader.littleEndian(UInt32.self)
            let length = Int(try reader.littleEndian(UInt32.self))
            let checksum = try reader.littleEndian(UInt32.self)
            try Self.check((GPT.headerLength...sectorSize).contains(length), "its length is \(length) bytes")
            // The checksum counts its own field as zero.
            let checked = Array(sector.prefix(16)) + [0, 0, 0, 0] + Array(sector.prefix(length).dropFirst(20))
            try Self.check(CRC32.checksum(checked) == checksum, "its CRC-32 is wrong")
            try Self.check(revision == GPT.revision, "its revision is 0x\(String(revision, radix: 16))")
            try reader.skip(4)
            let own = try reader.littleEndian(UInt64.self)
            let alternate = try reader.littleEndian(UInt64.self)
            let firstUsable = try reader.littleEndian(UInt64.self)
            let lastUsable = try reader.littleEndian(UInt64.self)
            diskGUID = GUID(diskBytes: try reader.read(16)) ?? .zero
            let entries = try reader.littleEndian(UInt64.self)
            let capacity = try reader.littleEndian(UInt32.self)
            let entryLength = try reader.littleEndian(UInt32.self)
            entriesChecksum = try reader.littleEndian()

            try Self.check(own == 1, "it says it lies in sector \(own), not 1")
            try Self.check(
                entryLength == UInt32(GPTEntry.length), "its entries are \(entryLength) bytes, and Linux reads only 128"
            )
            try Self.check(
                (1...UInt32(GPT.largestCapacity)).contains(capacity), "it has room for \(capacity) entries")
            entryCapacity = Int(capacity)
            let arraySectors = UInt64(
                GPT.entriesSectorCount(capacity: entryCapacity, sectorSize: sectorSize))
            // The largest sector whose end still fits an Int, so that no later product overflows.
            let limit = UInt64(Int.max / sectorSize - 1)
            try Self.check(alternate <= limit, "its backup lies in sector \(alternate)")
            try Self.check(
                lastUsable < alternate, "its last usable sector \(lastUsable) is not below its backup \(alternate)")
            try Self.check(
                firstUsable <= lastUsable,
                "its first usable sector \(firstUsable) lies after its last usable sector \(lastUsable)")
            try Self.check(
                entries >= 2 && entries <= firstUsable && firstUsable - entries >= arraySectors,
                "its entries in sector \(entries) do not end before the first usable sector \(firstUsable)")
            alternateLBA = Int(alternate)
            firstUsableLBA = Int(firstUsable)
            lastUsableLBA = Int(lastUsable)
            entriesLBA = Int(entries)
        } catch let error as PartitionTableError {
            throw error
        } catch {
            throw .damagedHeader(reason: "\(error)")
        }
    }

    private static func check(_ holds: Bool, _ reason: @autoclosure () -> String) throws(PartitionTableError) {
        guard holds else { throw .damagedHeader(reason: reason()) }
    }
}
