import ByteCoding

/// The primary table of a disk, in the order in which it is safe to write: sector 0 last, for without it nothing boots.
public struct PrimaryTable: Hashable, Sendable {
    /// The array of entries.
    public let entries: DiskRegion
    /// The header in sector 1.
    public let header: DiskRegion
    /// Sector 0: boot code and protective MBR.
    public let protectiveMBR: DiskRegion
}

extension GPT {
    /// The primary table: protective MBR, header and entries, checksums right.
    ///
    /// - Parameter originalFirstSector: the image's sector 0. Its boot code, disk signature, active flags, and the entries
    ///   of a hybrid MBR are kept; only the protective entry is made to span the disk. Without it: no boot code.
    public func primary(originalFirstSector: [UInt8]?) -> PrimaryTable {
        PrimaryTable(
            entries: DiskRegion(offset: entriesLBA * sectorSize, bytes: entriesBytes),
            header: DiskRegion(
                offset: sectorSize, bytes: headerBytes(own: 1, alternate: alternateLBA, entries: entriesLBA)),
            protectiveMBR: DiskRegion(
                offset: 0,
                bytes: ProtectiveMBR.sector(
                    from: originalFirstSector, diskSectors: alternateLBA + 1, sectorSize: sectorSize)))
    }

    /// The backup table: entries and then the header, in the last sectors up to `alternateLBA`.
    public var backup: DiskRegion {
        let first = alternateLBA - entriesSectorCount
        return DiskRegion(
            offset: first * sectorSize,
            bytes: entriesBytes + headerBytes(own: alternateLBA, alternate: 1, entries: first))
    }

    /// The image's head with this table in place of its own: what the start of the disk holds in the end.
    ///
    /// - Parameter imageHead: the image's bytes below `lowestFirstByte`, or more.
    public func head(from imageHead: [UInt8]) -> [UInt8] {
        let table = primary(originalFirstSector: Array(imageHead.prefix(sectorSize)))
        var head = imageHead
        for region in [table.entries, table.header, table.protectiveMBR] {
            let end = region.offset + region.bytes.count
            if head.count < end { head.append(contentsOf: repeatElement(0, count: end - head.count)) }
            head.replaceSubrange(region.offset..<end, with: region.bytes)
        }
        return head
    }

    private var entryArray: [UInt8] {
        var writer = ByteWriter(reservingCapacity: entryCapacity * GPTEntry.length)
        for entry in entries {
            writer.zeros((entry.number - 1) * GPTEntry.length - writer.count)
            entry.write(to: &writer)
        }
        writer.zeros(entryCapacity * GPTEntry.length - writer.count)
        return writer.bytes
    }

    private var entriesBytes: [UInt8] {
        var writer = ByteWriter()
        writer.append(entryArray)
        writer.pad(toMultipleOf: sectorSize)
        return writer.bytes
    }

    private func headerBytes(own: Int, alternate: Int, entries: Int) -> [UInt8] {
        let entriesChecksum = CRC32.checksum(entryArray)
        func fields(checksum: UInt32) -> ByteWriter {
            var writer = ByteWriter(reservingCapacity: sectorSize)
            writer.append(Self.signature)
            writer.littleEndian(Self.revision)
            writer.littleEndian(UInt32(Self.headerLength))
            writer.littleEndian(checksum)
            writer.littleEndian(UInt32(0))
            writer.littleEndian(UInt64(own))
            writer.littleEndian(UInt64(alternate))
            writer.littleEndian(UInt64(firstUsableLBA))
            writer.littleEndian(UInt64(lastUsableLBA))
            writer.append(diskGUID.diskBytes)
            writer.littleEndian(UInt64(entries))
            writer.littleEndian(UInt32(entryCapacity))
            writer.littleEndian(UInt32(GPTEntry.length))
            writer.littleEndian(entriesChecksum)
            return writer
        }
        var writer = fields(checksum: CRC32.checksum(fields(checksum: 0).bytes))
        writer.pad(toMultipleOf: sectorSize)
        return writer.bytes
    }
}
