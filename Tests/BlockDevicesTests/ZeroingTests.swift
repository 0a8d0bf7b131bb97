import BlockDevices
import LinuxSystem
import Testing

@Suite struct ZeroingTests {
    @Test(arguments: [(UInt64(1 << 20), UInt64(1 << 20)), (3000, 1), (0, 4096), (1 << 20, 0)])
    func zerosHeadAndTailInWholeSectorsAndNothingBetween(head: UInt64, tail: UInt64) throws {
        let size = 8 << 20
        let file = try TemporaryFile(bytes: size)
        try file.descriptor.fill(from: 0, count: size)
        try Zeroing.zeroHeadAndTail(file.descriptor, headBytes: head, tailBytes: tail)
        let bytes = try file.descriptor.readBytes(count: size, at: 0)
        let wholeHead = Int((head + 4095) / 4096 * 4096)
        let wholeTail = Int((tail + 4095) / 4096 * 4096)
        #expect(bytes[..<wholeHead].isAll(0))
        #expect(bytes[wholeHead..<(size - wholeTail)].isAll(0xa5))
        #expect(bytes[(size - wholeTail)...].isAll(0))
    }

    @Test(arguments: [512, 4096, 5000, (1 << 20) + 512])
    func aDeviceSmallerThanHeadAndTailIsAllZeros(size: Int) throws {
        let file = try TemporaryFile(bytes: size)
        try file.descriptor.fill(from: 0, count: size)
        try Zeroing.zeroHeadAndTail(file.descriptor)
        #expect(try file.descriptor.sizeInBytes() == UInt64(size))
        #expect(try file.descriptor.readBytes(count: size, at: 0).isAll(0))
    }
}
