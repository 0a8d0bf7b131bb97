/// A GUID partition table (UEFI specification 5.3), checked: every field lies where the specification allows it.
///
/// Sectors here are logical sectors of `sectorSize` bytes. All byte counts fit an `Int`.
public struct GPT: Hashable, Sendable {
    /// Bytes of a logical sector: 512 or 4096.
    public let sectorSize: Int
    /// The identity of the whole table.
    public let diskGUID: GUID
    /// The sector of the backup header: in an image its last sector.
    public let alternateLBA: Int
    /// The first sector a partition may use.
    public let firstUsableLBA: Int
    /// The last sector a partition may use.
    public let lastUsableLBA: Int
    /// The first sector of the primary array of entries; 2 but for tables that leave room to a boot loader.
    public let entriesLBA: Int
    /// Entries the array has room for, used or not.
    public let entryCapacity: Int
    /// The used entries in order of their numbers.
    public let entries: [GPTEntry]

    /// Bytes of the image that this table describes, or of the disk after relocation.
    public var imageSizeInBytes: Int { (alternateLBA + 1) * sectorSize }

    /// Sectors that the array of entries takes.
    public var entriesSectorCount: Int { Self.entriesSectorCount(capacity: entryCapacity, sectorSize: sectorSize) }

    /// The first byte of the lowest partition; everything below it is the head of the image: boot code, table, core
    /// image in the gap. Without any partition, the first usable byte.
    public var lowestFirstByte: Int { (entries.map(\.firstLBA).min() ?? firstUsableLBA) * sectorSize }

    /// The first byte of a partition.
    public func firstByte(of entry: GPTEntry) -> Int { entry.firstLBA * sectorSize }

    /// The length of a partition in bytes.
    public func byteCount(of entry: GPTEntry) -> Int { entry.sectorCount * sectorSize }

    /// The entry with a partition number, counted from 1.
    public func entry(number: Int) -> GPTEntry? { entries.first { $0.number == number } }

    /// All entries of a type, in order of their numbers.
    public func entries(ofType type: GUID) -> [GPTEntry] { entries.filter { $0.typeGUID == type } }

    static func entriesSectorCount(capacity: Int, sectorSize: Int) -> Int {
        (capacity * GPTEntry.length + sectorSize - 1) / sectorSize
    }
}
