import Glibc
import ImageSources
import LinuxSystem
import SystemPackage
import Testing

@testable import ImageStreaming

/// Needs root, loop devices and FUSE.
@Suite(.serialized) struct WriteErrorRootTests {
    private static let diskSize = 16 << 20
    private static let lastSector = diskSize / 512 - 1

    private let notices = Monitor<[String]>([])

    private func write(_ image: TestImage, to descriptor: Descriptor) async throws -> WithheldTable {
        let source = try TemporaryFile(image.bytes)
        let facts = try await ImagePreflight.inspect(
            source.source, diskSize: UInt64(Self.diskSize), logicalSectorSize: image.sectorSize)
        return try await ImageWriter.write(
            source.source, to: descriptor, facts: facts,
            notice: { [notices] text in notices.update { $0.append(text) } })
    }

    private func usedDisk() throws -> TemporaryFile {
        try TemporaryFile([UInt8](repeating: 0xaa, count: Self.diskSize))
    }

    /// In the head that is zeroed first, in the body, and in the tail.
    @Test(arguments: [16, 5000, lastSector])
    func aWriteThatFailsOnceIsTriedOnceMoreAndThatIsSaid(sector: Int) async throws {
        let image = TestImage.gpt()
        let file = try usedDisk()
        let disk = try FaultyFile(file, failing: sector, isOnce: true)
        let table = try await write(image, to: disk.open())
        #expect(table.summary.retriedWrites == 1)
        let said = notices.update { $0 }
        #expect(said.count == 1)
        #expect(said.first?.hasPrefix("write to \(disk.path) failed at sector ") == true)
        #expect(said.first?.contains("Input/output error; trying it once more") == true)
        guard sector == 5000 else { return }
        // What was tried once more; QEMU 7.2 mixes up the parts of larger writes that come by FUSE.
        let again = TestImage.headLength..<3 << 20
        #expect(areEqual(try file.contents[again], image.bytes[again]))
    }

    @Test func aDiskOfLargeSectorsIsTriedOnceMoreInSectorsOfIts() async throws {
        let image = TestImage.gpt(sectorSize: 4096)
        for isOnce in [true, false] {
            let file = try usedDisk()
            let faulty = try FaultyFile(file, failing: 5000, isOnce: isOnce)
            let device = try LoopDevice(faulty.open(), of: file, sectorSize: 4096)
            defer { device.detach() }
            if isOnce {
                #expect(try await write(image, to: device.open()).summary.retriedWrites == 1)
                continue
            }
            let failure = ImageWriteError.writeFailed(
                disk: device.path, call: "write", sector: 5000 / 8, sectorSize: 4096, .ioError)
            await #expect(throws: failure) { try await write(image, to: device.open()) }
        }
    }

    @Test(arguments: [16, 5000, lastSector])
    func aBlockThatCannotBeWrittenIsNamedAndNothingBoots(sector: Int) async throws {
        let file = try usedDisk()
        let disk = try FaultyFile(file, failing: sector, isOnce: false)
        await #expect(throws: failure(of: disk, sector)) { try await write(.gpt(), to: disk.open()) }
        #expect(notices.update { $0.count } == 1)
        let left = try file.contents
        #expect(consists(left[..<512], of: 0))
        guard sector == 5000 else { return }
        #expect(consists(left[..<TestImage.headLength], of: 0))
        #expect(consists(left[(Self.diskSize - 33 * 512)...], of: 0))
    }

    /// In the table, in sector 0, and in the backup.
    @Test(arguments: [8, 0, lastSector], [true, false])
    func theSealIsTriedOnceMoreAsWellAndLeavesNoTableWhenItFails(sector: Int, isOnce: Bool) async throws {
        let file = try usedDisk()
        let table = try await write(.gpt(), to: file.open())
        let disk = try FaultyFile(file, failing: sector, isOnce: isOnce)
        let seal = { [notices] in
            try table.seal(on: disk.open(), notice: { text in notices.update { $0.append(text) } })
        }
        if isOnce {
            #expect(try seal().retriedWrites == 1)
            #expect(notices.update { $0.count } == 1)
            let head = try file.contents[..<TestImage.headLength]
            #expect(areEqual(head, table.ends.head[...]))
            return
        }
        #expect(throws: failure(of: disk, sector)) { try seal() }
        // Not of the zeros that follow.
        #expect(notices.update { $0.count } == 1)
        let left = try file.contents
        #expect(consists(left[..<512], of: 0))
        #expect(consists(left[(Self.diskSize - 33 * 512)..<(Self.diskSize - 4096)], of: 0))
    }

    /// Of a file the block is a page.
    private func failure(of disk: FaultyFile, _ sector: Int) -> ImageWriteError {
        .writeFailed(
            disk: disk.path, call: "write", sector: UInt64(sector / 8 * 8), sectorSize: 512, .ioError)
    }

    /// At the first call, and in the middle.
    @Test(arguments: [false, true]) func aDiskThatDoesNotAnswerEndsTheWrite(isInTheMiddle: Bool) async throws {
        let source = try TemporaryFile(TestImage.gpt().bytes)
        let facts = try await ImagePreflight.inspect(
            source.source, diskSize: UInt64(Self.diskSize), logicalSectorSize: 512)
        let disk = try FreezableFile([UInt8](repeating: 0xaa, count: Self.diskSize))
        defer { disk.thaw() }
        let descriptor = try disk.file.open()
        if !isInTheMiddle { disk.freeze() }
        var options = ImageWriter.Options()
        options.callLimit = .milliseconds(500)
        let stream = HookedSource(source.source) { offset in
            if isInTheMiddle, offset > 5 << 20 { disk.freeze() }
        }
        let failure = await #expect(throws: ImageWriteError.self) {
            try await ImageWriter.write(stream, to: descriptor, facts: facts, options: options)
        }
        guard case .stuck(descriptor.name, _, .milliseconds(500)) = failure else { throw try #require(failure) }
    }

    @Test func aDiskThatIsGoneIsNotTriedAgain() async throws {
        let file = try usedDisk()
        let device = try LoopDevice(file, sectorSize: 512)
        let descriptor = try device.open()
        let retries = WriteRetries(notice: { [notices] text in notices.update { $0.append(text) } })
        let target = try WriteTarget(descriptor, retries: retries)
        // The kernel leaves a disk that was pulled at no bytes.
        try systemCall("truncate") { truncate(file.path, 0) }
        try descriptor.ioctl("ioctl(LOOP_SET_CAPACITY)", 0x4c07, 0)
        let failure = #expect(throws: ImageWriteError.self) { try target.writeZeros(4096..<8192) }
        #expect(failure?.description == "write to \(device.path) failed at sector 8 (of 512 bytes): No such device")
        #expect(failure?.advice.hasPrefix("the disk is no longer there") == true)
        #expect(retries.count == 0)
    }

    @Test func aDiskThatCannotDeallocateGetsItsZerosWritten() async throws {
        let directory = try TemporaryDirectory()
        // ramfs knows no holes, and so a loop device on it cannot make any.
        try Mounts.mount("ramfs", at: directory.path, type: "ramfs")
        defer { try? Mounts.unmount(directory.path, flags: Int32(MNT_DETACH)) }
        let file = try TemporaryFile([UInt8](repeating: 0xaa, count: Self.diskSize), in: directory.path)
        let device = try LoopDevice(file, sectorSize: 512)
        defer { device.detach() }
        let image = TestImage.gpt()
        let table = try await write(image, to: device.open())
        #expect(table.summary.deallocatedBytes == 0)
        let body = TestImage.headLength..<11 << 20
        #expect(areEqual(try device.contents[body], image.bytes[body]))
        // The zeros of 3 to 7 MiB are among what was written.
        #expect(table.summary.writtenBytes >= UInt64(body.count))
    }
}
