import ByteCoding
import PartitionTable

/// Bytes that belong on a physical volume's device.
public struct MetadataWrite: Equatable, Sendable {
    /// Bytes from the device's start; a multiple of 512.
    public let offset: UInt64
    /// Whole sectors of 512 bytes.
    public let bytes: [UInt8]
}

extension MetadataArea {
    /// What puts a new text in the place of the present one, which stays as it is: first the text, behind the present one,
    /// and once that has reached the disk the header that leads to it.
    ///
    /// - Throws: `areaFull` when the two have no room beside each other, `unfinishedChange`, `damaged`.
    func replacing(
        with text: [UInt8]
    ) throws(NoVolumeGrowth.Reason) -> (text: [MetadataWrite], header: MetadataWrite) {
        let sector = Self.headerLength
        guard let location, let area = Int(exactly: size), let old = Int(exactly: location.offset),
            let oldSize = Int(exactly: location.size), area % sector == 0,
            (sector + 1...Self.largestArea).contains(area)
        else { throw .damaged("area") }
        let second = header.dropFirst(Self.locationsOffset + Self.locationLength).prefix(Self.locationLength)
        guard second.allSatisfy({ $0 == 0 }) else { throw .unfinishedChange }

        // All from the ring's first byte, in whole sectors.
        let ring = area - sector
        let oldStart = (old - sector) / sector * sector
        let oldEnd = Self.wholeSectors(old - sector + oldSize)
        let length = Self.wholeSectors(text.count)
        guard oldEnd - oldStart <= ring, length <= ring - (oldEnd - oldStart) else { throw .areaFull }
        let new = oldEnd % ring
        let padded = text + [UInt8](repeating: 0, count: length - text.count)
        let first = min(length, ring - new)
        let write = { (position: Int, bytes: ArraySlice<UInt8>) in
            MetadataWrite(offset: start &+ UInt64(sector + position), bytes: Array(bytes))
        }
        let writes = [write(new, padded.prefix(first)), write(0, padded.dropFirst(first))]
        return (writes.filter { !$0.bytes.isEmpty }, headerWrite(offset: sector + new, text))
    }

    /// More than lvm2 can be told to make; sums of places in it fit an `Int`.
    private static let largestArea = 1 << 40

    private func headerWrite(offset: Int, _ text: [UInt8]) -> MetadataWrite {
        var body = ByteWriter(reservingCapacity: header.count)
        body.append(header[4..<Self.locationsOffset])
        body.littleEndian(UInt64(offset))
        body.littleEndian(UInt64(text.count))
        body.littleEndian(CRC32.remainder(of: text, from: PhysicalVolume.checksumStart))
        body.append(header[(Self.locationsOffset + 20)...])
        var sector = ByteWriter(reservingCapacity: header.count)
        sector.littleEndian(CRC32.remainder(of: body.bytes, from: PhysicalVolume.checksumStart))
        sector.append(body.bytes)
        return MetadataWrite(offset: start, bytes: sector.bytes)
    }

    private static func wholeSectors(_ bytes: Int) -> Int {
        (bytes + headerLength - 1) / headerLength * headerLength
    }
}
