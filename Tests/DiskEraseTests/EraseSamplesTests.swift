import BlockDevices
import Glibc
import LinuxSystem
import Testing

@testable import DiskErase

@Suite struct EraseSamplesTests {
    @Test(
        arguments: [
            (UInt64(0), UInt64(512), 0), (512, 512, 1), (4096, 512, 1), (4608, 512, 2), (1 << 20, 512, 66),
            ((1 << 30) + 512, 512, 66), (1 << 40, 4096, 66), (UInt64.max / 4096 * 4096, 4096, 66),
        ] as [(UInt64, UInt64, Int)])
    func samplesLieOnTheDiskAndSpanIt(size: UInt64, sectorSize: UInt64, most: Int) {
        var generator = SystemRandomNumberGenerator()
        let offsets = EraseSamples.offsets(size: size, sectorSize: sectorSize, using: &generator)
        #expect(offsets.count <= most && offsets.count * 10 >= most * 9)
        #expect(offsets == offsets.sorted() && Set(offsets).count == offsets.count)
        for offset in offsets { #expect(offset % sectorSize == 0 && offset < size) }
        guard size > 4096 else { return }
        #expect(offsets.first == 0 && size - (offsets.last ?? 0) < 4096 + sectorSize)
    }

    private static let noise = EraseSamples.pattern(for: 7)
    private static let zeros = [UInt8](repeating: 0, count: 4096)
    private static let ones = [UInt8](repeating: 0xff, count: 4096)
    private static let half = Array(noise[..<512]) + [UInt8](repeating: 0, count: 3584)

    @Test(
        arguments: [
            (EraseWay.Trace.changed, noise, noise, false), (.changed, noise, zeros, true),
            (.changed, noise, EraseSamples.pattern(for: 8), true), (.changed, zeros, zeros, true),
            (.changed, noise, half, false), (.changed, half, zeros, true), (.changed, noise, [], false),
            (.blank, noise, zeros, true), (.blank, noise, ones, true), (.blank, noise, noise, false),
            (.blank, noise, [UInt8](repeating: 0xa5, count: 4096), false), (.blank, noise, half, false),
            (.zeros, noise, zeros, true), (.zeros, noise, ones, false), (.zeros, zeros, zeros, true),
        ] as [(EraseWay.Trace, [UInt8], [UInt8], Bool)])
    func anEraseIsBelievedByWhatIsRead(trace: EraseWay.Trace, before: [UInt8], now: [UInt8], isBelieved: Bool) {
        #expect(EraseSamples.shows(trace, before: before, now: now) == isBelieved)
    }

    @Test func aDiskThatOnlyClaimsToBeErasedIsFoundOut() throws {
        let file = try ScratchDisk(bytes: 64 << 20)
        var generator = SystemRandomNumberGenerator()
        let offsets = EraseSamples.offsets(size: 64 << 20, sectorSize: 512, using: &generator)
        let samples = try EraseSamples(
            at: offsets, size: 64 << 20, reader: file.descriptor, writer: file.descriptor)
        // An empty disk would prove nothing: patterns were planted, away from its ends.
        #expect(samples.places.filter { !$0.before.isUniform }.count >= 60)
        #expect(try file.descriptor.readBytes(count: 1 << 20, at: 0).allSatisfy { $0 == 0 })
        #expect(try samples.firstFault(.changed, reader: file.descriptor) != nil)
        try Zeroing.zero(file.descriptor, from: 0, length: 32 << 20)
        let fault = try #require(try samples.firstFault(.changed, reader: file.descriptor))
        #expect(fault >= 32 << 20)
        try Zeroing.zero(file.descriptor, from: 32 << 20, length: 32 << 20)
        #expect(try samples.firstFault(.zeros, reader: file.descriptor) == nil)
    }

    @Test func aDiskWithoutAnEraseOfItsOwnIsOverwrittenAndThatIsWhatIsSaid() throws {
        let size = (3 << 20) + 512
        let file = try ScratchDisk(bytes: size)
        let data = [UInt8](repeating: 0x5a, count: size)
        try data.withUnsafeBytes { try file.descriptor.writeAll($0, at: 0) }
        var disk = Disk(name: "vda", sizeBytes: UInt64(size))
        disk.transport = .virtio
        let report = try DiskErase(disk, descriptor: file.descriptor, progress: { _, _ in })
            .erase(direct: file.descriptor)
        #expect(report.way == .zeros)
        #expect(
            report.summary
                == "/dev/vda: overwritten with zeros; flash cells that were remapped may keep old data")
        #expect(try file.descriptor.readBytes(count: size, at: 0).allSatisfy { $0 == 0 })
    }

    @Test func aDiskThatTakesNoCommandsIsOverwritten() throws {
        let file = try ScratchDisk(bytes: 1 << 20)
        for name in ["nvme0n1", "sda"] {
            var disk = Disk(name: name, sizeBytes: 1 << 20)
            disk.transport = name == "sda" ? .sata : .nvme
            disk.vendor = "ATA"
            let erase = DiskErase(disk, descriptor: file.descriptor, progress: { _, _ in })
            #expect(try erase.resume() == nil)
            #expect(erase.options().map(\.way) == [.zeros])
        }
    }
}

/// A file of zeros that stands for a disk, removed with its last owner.
private final class ScratchDisk: Sendable {
    let descriptor: Descriptor
    private let path: String

    init(bytes: Int) throws {
        var template = Array("/tmp/martlet-erase-XXXXXX".utf8CString)
        let raw = try systemCall("mkstemp") { mkstemp(&template) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        descriptor = Descriptor(owning: raw, name: path)
        try systemCall("ftruncate", path) { ftruncate(raw, bytes) }
    }

    deinit {
        unlink(path)
    }
}
