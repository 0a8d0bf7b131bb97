import ByteCoding
import CZstd

/// A small whole-disk image with two partitions, built byte by byte.
struct TestImage {
    let sectorSize: Int
    var bytes: [UInt8]

    static let megabytes = 12
    /// Where the first partition starts: the head is what lies below.
    static let headLength = 1 << 20

    /// With a GPT: an ESP and a Linux root, between them and inside them long zeros.
    static func gpt(sectorSize: Int = 512) -> TestImage {
        var image = TestImage(sectorSize: sectorSize, bytes: content)
        let sectors = image.bytes.count / sectorSize
        let entrySectors = 128 * 128 / sectorSize
        var entries = ByteWriter()
        let first = headLength / sectorSize
        let middle = (5 << 20) / sectorSize
        // C12A7328-F81F-11D2-BA4B-00A0C93EC93B, 4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709 as UEFI writes them.
        let esp: [UInt8] = [
            0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11, 0xba, 0x4b, 0, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b,
        ]
        let root: [UInt8] = [
            0xe3, 0xbc, 0x68, 0x4f, 0xcd, 0xe8, 0xb1, 0x4d, 0x96, 0xe7, 0xfb, 0xca, 0xf9, 0x84, 0xb7, 0x09,
        ]
        for (number, (type, range)) in [
            (esp, first..<middle), (root, middle..<sectors - entrySectors - 1),
        ].enumerated() {
            entries.append(type)
            entries.append([UInt8](repeating: UInt8(number + 1), count: 16))
            entries.littleEndian(UInt64(range.lowerBound))
            entries.littleEndian(UInt64(range.upperBound - 1))
            entries.zeros(8 + 72)
        }
        entries.zeros(128 * 128 - entries.count)
        func header(own: Int, other: Int, array: Int) -> [UInt8] {
            func fields(_ checksum: UInt32) -> [UInt8] {
                var writer = ByteWriter()
                writer.append(Array("EFI PART".utf8))
                writer.littleEndian(UInt32(0x10000))
                writer.littleEndian(UInt32(92))
                writer.littleEndian(checksum)
                writer.zeros(4)
                for place in [own, other, 2 + entrySectors, sectors - entrySectors - 2] {
                    writer.littleEndian(UInt64(place))
                }
                writer.append([UInt8](repeating: 7, count: 16))
                writer.littleEndian(UInt64(array))
                writer.littleEndian(UInt32(128))
                writer.littleEndian(UInt32(128))
                writer.littleEndian(crc32(entries.bytes))
                return writer.bytes
            }
            return fields(crc32(fields(0)))
        }
        image.putMBREntry(type: 0xee, first: 1, count: sectors - 1)
        image.put(header(own: 1, other: sectors - 1, array: 2), at: sectorSize)
        image.put(entries.bytes, at: 2 * sectorSize)
        let backup = sectors - 1 - entrySectors
        image.put(entries.bytes, at: backup * sectorSize)
        image.put(
            header(own: sectors - 1, other: 1, array: backup)
                + [UInt8](repeating: 0, count: sectorSize - 92), at: (sectors - 1) * sectorSize)
        return image
    }

    /// With an MBR and one partition up to the very end.
    static func mbr() -> TestImage {
        var image = TestImage(sectorSize: 512, bytes: content)
        let first = headLength / 512
        image.putMBREntry(type: 0x83, first: first, count: image.bytes.count / 512 - first)
        return image
    }

    /// Boot code, noise, and zeros from 3 to 7 and at 9 MiB.
    private static let content: [UInt8] = {
        var state: UInt64 = 1
        var bytes = (0..<megabytes << 20).map { _ -> UInt8 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33) & 0x0f | 1
        }
        for zeros in [440..<headLength, 3 << 20..<7 << 20, 9 << 20..<(9 << 20) + 200_000] {
            bytes.replaceSubrange(zeros, with: repeatElement(0, count: zeros.count))
        }
        return bytes
    }()

    private mutating func put(_ more: [UInt8], at offset: Int) {
        bytes.replaceSubrange(offset..<offset + more.count, with: more)
    }

    private mutating func putMBREntry(type: UInt8, first: Int, count: Int) {
        var writer = ByteWriter()
        writer.append([0, 0, 2, 0, type, 0xff, 0xff, 0xff])
        writer.littleEndian(UInt32(first))
        writer.littleEndian(UInt32(count))
        put(writer.bytes, at: 446)
        put([0x55, 0xaa], at: 510)
    }
}

private func crc32(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~UInt32(0)) { crc, byte in
        (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xedb8_8320 : 0) }
    }
}

func zstd(_ bytes: [UInt8]) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
    let count = ZSTD_compress(&output, output.count, bytes, bytes.count, 1)
    return Array(output[..<count])
}
