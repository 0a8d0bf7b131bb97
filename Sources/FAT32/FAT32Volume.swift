import ByteCoding

/// An empty FAT32 file system (Microsoft's "FAT: General Overview of On-Disk Format", version 1.03): all of it that has to
/// be written. What lies behind may be anything.
public struct FAT32Volume: Sendable {
    /// Where and how large a volume is, and what it is called.
    public struct Place: Sendable {
        /// Bytes of a logical sector: 512 or 4096.
        public var sectorSize: Int
        /// Logical sectors of the disk that lie before it.
        public var hiddenSectors: UInt32
        /// Logical sectors of it.
        public var sectors: UInt32
        /// The serial number; FAT's stand-in for a UUID.
        public var serial: UInt32
        /// The label: capital letters and digits, 11 at most.
        public var label: String

        /// A place from its parts.
        public init(sectorSize: Int, hiddenSectors: UInt32, sectors: UInt32, serial: UInt32, label: String) {
            self.sectorSize = sectorSize
            self.hiddenSectors = hiddenSectors
            self.sectors = sectors
            self.serial = serial
            self.label = label
        }
    }

    /// With fewer clusters a driver takes the volume for FAT16.
    static let fewestClusters = 65525
    /// With more, an entry of the table would be one of the marks.
    private static let mostClusters = 0x0fff_fff5
    private static let reservedSectors = 32
    private static let informationSector = 1
    private static let backupSector = 6
    private static let rootCluster = 2
    private static let mediaType: UInt8 = 0xf8
    /// Bytes of a cluster: a page, and the least that one sector of 4096 bytes allows.
    private static let clusterLength = 4096

    private let place: Place
    private let tableSectors: Int
    private let clusters: Int

    /// An empty file system with clusters of 4096 bytes.
    ///
    /// - Returns: `nil` for a place that is too small (less than 257 MiB) or too large for it, or has sectors of a length
    ///   that is neither 512 nor 4096 bytes.
    public init?(at place: Place) {
        guard place.sectorSize == 512 || place.sectorSize == 4096 else { return nil }
        let perCluster = Self.clusterLength / place.sectorSize
        let available = Int(place.sectors) - Self.reservedSectors
        // A table of t sectors has t * sectorSize / 4 entries, of which two stand for no cluster; there are two tables.
        let needed = (max(available, 0) + 2 * perCluster) * 4
        let length = Self.clusterLength + 2 * 4
        // A whole number of clusters, so that data is aligned as the volume is.
        tableSectors = ((needed + length - 1) / length + perCluster - 1) / perCluster * perCluster
        clusters = (available - 2 * tableSectors) / perCluster
        guard (Self.fewestClusters...Self.mostClusters).contains(clusters) else { return nil }
        self.place = place
    }

    /// Everything from the volume's first byte to the end of its root directory.
    public var head: [UInt8] {
        let size = place.sectorSize
        var writer = ByteWriter(
            reservingCapacity: (Self.reservedSectors + 2 * tableSectors) * size + Self.clusterLength)
        for start in [0, Self.backupSector] {
            writer.zeros(start * size - writer.count)
            writer.append(bootSector)
            writer.append(information)
        }
        for table in 0..<2 {
            writer.zeros((Self.reservedSectors + table * tableSectors) * size - writer.count)
            // The media type, the marks of a clean volume, and a root directory of one cluster.
            writer.littleEndian(0x0fff_ff00 | UInt32(Self.mediaType))
            writer.littleEndian(UInt32(0x0fff_ffff))
            writer.littleEndian(UInt32(0x0fff_ffff))
        }
        writer.zeros((Self.reservedSectors + 2 * tableSectors) * size - writer.count)
        writer.append(name)
        writer.append([0x08])  // ATTR_VOLUME_ID
        writer.pad(toMultipleOf: Self.clusterLength)
        return writer.bytes
    }

    private var name: [UInt8] {
        var name = Array(place.label.utf8.prefix(11))
        name.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 11 - name.count))
        return name
    }

    private var bootSector: [UInt8] {
        var writer = ByteWriter(reservingCapacity: place.sectorSize)
        writer.append([0xeb, 0x58, 0x90])
        writer.append(Array("MARTLET ".utf8))
        writer.littleEndian(UInt16(place.sectorSize))
        writer.append([UInt8(Self.clusterLength / place.sectorSize)])
        writer.littleEndian(UInt16(Self.reservedSectors))
        writer.append([2])  // Tables
        writer.zeros(4)  // Fields of FAT16: entries of the root directory, sectors
        writer.append([Self.mediaType])
        writer.littleEndian(UInt16(0))  // Of FAT16: sectors of a table
        writer.littleEndian(UInt16(63))  // Sectors of a track
        writer.littleEndian(UInt16(255))  // Heads
        writer.littleEndian(place.hiddenSectors)
        writer.littleEndian(place.sectors)
        writer.littleEndian(UInt32(tableSectors))
        writer.zeros(4)  // Both tables are kept alike; version 0.0
        writer.littleEndian(UInt32(Self.rootCluster))
        writer.littleEndian(UInt16(Self.informationSector))
        writer.littleEndian(UInt16(Self.backupSector))
        writer.zeros(12)
        writer.append([0x80, 0, 0x29])  // A fixed disk, and the three fields that follow are valid
        writer.littleEndian(place.serial)
        writer.append(name)
        writer.append(Array("FAT32   ".utf8))
        writer.zeros(510 - writer.count)
        writer.append([0x55, 0xaa])
        writer.pad(toMultipleOf: place.sectorSize)
        return writer.bytes
    }

    /// How many clusters are free, and where to look for one.
    private var information: [UInt8] {
        var writer = ByteWriter(reservingCapacity: place.sectorSize)
        writer.littleEndian(UInt32(0x4161_5252))
        writer.zeros(484 - writer.count)
        writer.littleEndian(UInt32(0x6141_7272))
        writer.littleEndian(UInt32(clusters - 1))
        writer.littleEndian(UInt32(Self.rootCluster))
        writer.zeros(12)
        writer.littleEndian(UInt32(0xaa55_0000))
        writer.pad(toMultipleOf: place.sectorSize)
        return writer.bytes
    }
}
