import ByteCoding
import Testing

@Suite struct ByteCodingTests {
    @Test func readsBothByteOrdersFromASliceWithItsOwnOffsets() throws {
        let bytes: [UInt8] = [0xff, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06]
        var reader = ByteReader(bytes[1...])
        #expect(try reader.bigEndian(UInt16.self) == 0x0102)
        #expect(try reader.littleEndian(UInt16.self) == 0x0403)
        #expect(reader.offset == 4)
        #expect(Array(reader.readRest()) == [5, 6])
        #expect(reader.isAtEnd)
    }

    @Test func neverReadsPastTheEnd() {
        var reader = ByteReader([1, 2, 3])
        #expect(throws: ByteReadError.self) { try reader.bigEndian(UInt32.self) }
        #expect(throws: ByteReadError.self) { try reader.read(-1) }
        #expect(throws: ByteReadError.self) { try reader.seek(to: 4) }
        #expect(reader.remaining == 3)
    }

    @Test func readsSignedValuesAndSingleBytes() throws {
        var reader = ByteReader([0xff, 0xfe, 0xff])
        #expect(try reader.bigEndian(Int8.self) == -1)
        #expect(try reader.littleEndian(Int16.self) == -2)
    }

    @Test func writesPadsAndPatches() {
        var writer = ByteWriter()
        writer.bigEndian(UInt16(0x0102))
        writer.littleEndian(UInt32(0x0304_0506))
        writer.append([7])
        writer.pad(toMultipleOf: 4)
        writer.patchNative(UInt16(0), at: 0)
        writer.patchNative(UInt32(0), at: 7)
        #expect(writer.bytes == [0, 0, 6, 5, 4, 3, 7, 0])
    }
}
