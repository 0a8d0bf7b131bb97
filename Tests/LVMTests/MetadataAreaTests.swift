import PartitionTable
import Testing

@testable import LVM

@Suite struct `LVM metadata area` {
    /// An area of this size at the start of a device, with a text at a place in it.
    private static func device(areaSize: Int, text: [UInt8], at offset: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: areaSize)
        put(text, into: &bytes, from: offset)
        var header = MetadataArea.magic + [1, 0, 0, 0] + little(0, 8) + little(areaSize, 8)
        header += little(offset, 8) + little(text.count, 8)
        header += little(Int(CRC32.remainder(of: text, from: PhysicalVolume.checksumStart)), 4)
        header += [UInt8](repeating: 0, count: 508 - header.count)
        bytes.replaceSubrange(4..<512, with: header)
        bytes.replaceSubrange(
            0..<4, with: little(Int(CRC32.remainder(of: header, from: PhysicalVolume.checksumStart)), 4))
        return bytes
    }

    /// Round the ring's end if need be.
    private static func put(_ text: [UInt8], into bytes: inout [UInt8], from offset: Int) {
        let ring = bytes.count - 512
        for (index, byte) in text.enumerated() { bytes[512 + (offset - 512 + index) % ring] = byte }
    }

    private static func little(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    private static func area(in bytes: [UInt8]) throws -> MetadataArea {
        try MetadataArea(at: 0, size: UInt64(bytes.count)) { offset, count in
            Array(bytes.dropFirst(Int(clamping: offset)).prefix(count))
        }
    }

    private static func text(in bytes: [UInt8]) throws -> [UInt8]? {
        try area(in: bytes).text { Array(bytes.dropFirst(Int(clamping: $0)).prefix($1)) }
    }

    @Test func `a new text never touches the one that holds, wherever the two lie`() throws {
        var random = SystemRandomNumberGenerator()
        var wraps = 0
        for _ in 0..<500 {
            let sectors = Int.random(in: 4...40, using: &random)
            let ring = (sectors - 1) * 512
            let old = (0..<Int.random(in: 1...ring / 2, using: &random)).map { UInt8(truncatingIfNeeded: $0 | 1) }
            let place = 512 + Int.random(in: 0..<sectors - 1, using: &random) * 512
            var bytes = try Self.device(areaSize: sectors * 512, text: old, at: place)
            #expect(try Self.text(in: bytes) == old)
            let new = (0..<Int.random(in: 1...ring, using: &random)).map { UInt8(truncatingIfNeeded: $0 &* 3 | 2) }
            let area = try Self.area(in: bytes)
            let fits = (old.count + 511) / 512 + (new.count + 511) / 512 < sectors
            guard fits else {
                #expect(throws: NoVolumeGrowth.Reason.areaFull) { try area.replacing(with: new) }
                continue
            }
            let writes = try area.replacing(with: new)
            wraps += writes.text.count - 1
            // In any order, and torn at any sector: the old text holds.
            for write in writes.text.reversed() {
                let start = Int(write.offset)
                bytes.replaceSubrange(start..<start + write.bytes.count, with: write.bytes)
                #expect(try Self.text(in: bytes) == old)
            }
            bytes.replaceSubrange(0..<512, with: writes.header.bytes)
            #expect(try Self.text(in: bytes) == new)
        }
        #expect(wraps > 0)
    }

    @Test func `a change that was not finished is not overwritten`() throws {
        var bytes = try Self.device(areaSize: 8192, text: [1, 2, 3], at: 512)
        bytes[64] = 1
        let checksum = CRC32.remainder(of: bytes[4..<512], from: PhysicalVolume.checksumStart)
        bytes.replaceSubrange(0..<4, with: Self.little(Int(checksum), 4))
        let area = try Self.area(in: bytes)
        #expect(throws: NoVolumeGrowth.Reason.unfinishedChange) { try area.replacing(with: [4]) }
    }
}
