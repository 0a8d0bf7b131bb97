import CZstd
import Crypto
import Foundation
import Glibc
import ImageSources
import LinuxSystem
import Testing

@testable import ImageStreaming

@Suite struct CaptureTests {
    private static let mebibyte = 1 << 20

    /// A disk of data, zeros and an end within a sector.
    private static let disk: [UInt8] = {
        var generator = SystemRandomNumberGenerator()
        var bytes = [UInt8](repeating: 0, count: 21 * mebibyte + 777)
        for start in [0, 5 * mebibyte + 12345, 8 * mebibyte, 20 * mebibyte] {
            for index in start..<start + 300_000 { bytes[index] = UInt8(truncatingIfNeeded: generator.next()) }
        }
        for index in 16 * mebibyte - 100..<17 * mebibyte { bytes[index] = UInt8(index % 7) }
        bytes[bytes.count - 1] = 1
        return bytes
    }()

    @Test(arguments: [1, 4]) func whatIsCapturedIsTheDisk(workers: Int) async throws {
        let place = MemoryDestination()
        var options = ImageCapture.Options()
        options.workers = workers
        let summary = try await ImageCapture.capture(
            try file(Self.disk), extents: CaptureExtents(size: UInt64(Self.disk.count)), to: place, options: options)
        let image = place.kept
        #expect(try decompressed(image) == Self.disk)
        #expect(summary.imageBytes == UInt64(Self.disk.count) && summary.readBytes == summary.imageBytes)
        #expect(summary.sentBytes == UInt64(image.count))
        #expect(summary.imageChecksum.hex == hex(SHA256.hash(data: Self.disk)))
        #expect(summary.fileChecksum.hex == hex(SHA256.hash(data: image)))
        #expect(place.digest == summary.fileChecksum.hex)
    }

    @Test func eachFrameSaysHowManyBytesItHolds() async throws {
        let place = MemoryDestination()
        _ = try await ImageCapture.capture(
            try file(Self.disk), extents: CaptureExtents(size: UInt64(Self.disk.count)), to: place)
        var rest = place.kept[...]
        var sizes: [UInt64] = []
        while !rest.isEmpty {
            rest.withUnsafeBytes { bytes in
                sizes.append(ZSTD_getFrameContentSize(bytes.baseAddress, bytes.count))
                rest = rest.dropFirst(ZSTD_findFrameCompressedSize(bytes.baseAddress, bytes.count))
            }
        }
        #expect(sizes == [UInt64](repeating: 2 << 20, count: 10) + [UInt64(Self.disk.count - 20 * Self.mebibyte)])
    }

    @Test func unusedRangesAreZerosAndAreNotRead() async throws {
        let unused: [Range<UInt64>] = [
            100..<200, 5000..<5100, 250_000..<9_000_000, UInt64(16 * Self.mebibyte - 50)..<UInt64(18 * Self.mebibyte),
            UInt64(20 * Self.mebibyte)..<1 << 40,
        ]
        let place = MemoryDestination()
        let extents = CaptureExtents(size: UInt64(Self.disk.count), unused: unused)
        let summary = try await ImageCapture.capture(try file(Self.disk), extents: extents, to: place)
        var expected = Self.disk
        for range in unused {
            for index in Int(range.lowerBound)..<min(Int(range.upperBound), expected.count) { expected[index] = 0 }
        }
        #expect(try decompressed(place.kept) == expected)
        #expect(summary.readBytes < UInt64(Self.disk.count) / 2 && summary.readBytes > 0)
    }

    /// A RAID 0 has its disks otherwise: only a RAID 1 begins with the array.
    @Test(arguments: [UInt8(1), 0]) func oneDiskOfAMirrorComesBackOnADiskOfItsSize(level: UInt8) async throws {
        let array = TestImage.gpt().bytes
        let size = array.count + (140 << 10)
        let source = try file(array + mirrorEnd(level: level, arrayBytes: array.count, diskBytes: size))
        let inspection = try CaptureInspection.inspect(source)
        let expected = level == 1 ? array.count : size
        #expect(inspection.extents.size == UInt64(expected))
        #expect(inspection.remarks.contains { $0.contains("one disk of a mirror") } == (level == 1))
        let place = MemoryDestination()
        _ = try await ImageCapture.capture(source, extents: inspection.extents, to: place)

        let captured = try TemporaryFile(place.kept)
        let target = try TemporaryFile([UInt8](repeating: 0xaa, count: size))
        func install() async throws {
            let facts = try await ImagePreflight.inspect(
                captured.source, diskSize: UInt64(size), logicalSectorSize: 512)
            try await ImageWriter.write(captured.source, to: target.open(), facts: facts).seal(on: target.open())
        }
        guard level == 1 else {
            await #expect(throws: ImageWriteError.self) { try await install() }
            return
        }
        try await install()
        let body = TestImage.headLength..<array.count - 33 * 512
        #expect(areEqual(try target.contents[body], array[body]))
    }

    /// What md has behind an array with metadata 1.0: `struct mdp_superblock_1` of <linux/raid/md_p.h>, as far as it tells
    /// how the array lies on the disk.
    private func mirrorEnd(level: UInt8, arrayBytes: Int, diskBytes: Int) -> [UInt8] {
        let sector = (diskBytes / 512 - 16) / 8 * 8
        var end = [UInt8](repeating: 0, count: diskBytes - arrayBytes)
        func put(_ value: some FixedWidthInteger, at offset: Int) {
            let place = sector * 512 - arrayBytes + offset
            withUnsafeBytes(of: value.littleEndian) { end.replaceSubrange(place..<place + $0.count, with: $0) }
        }
        put(UInt32(0xa92b_4efc), at: 0)
        put(UInt32(1), at: 4)
        put(UInt32(level), at: 72)
        put(UInt64(arrayBytes / 512), at: 80)
        put(UInt64(sector), at: 144)
        return end
    }

    @Test func extentsAreMergedAndCut() {
        let extents = CaptureExtents(size: 100, unused: [90..<200, 10..<20, 15..<30, 30..<40, 60..<60, 300..<400])
        #expect(extents.unused == [10..<40, 90..<100])
        #expect(extents.used(in: 0..<100) == [0..<10, 40..<90])
        #expect(extents.used(in: 20..<35) == [])
        #expect(extents.unused(in: 39..<91) == [39..<40, 90..<91])
    }

    @Test func anUploadThatBreaksOffIsBegunAnewTwiceAtMost() async throws {
        let place = MemoryDestination(failures: 2)
        let notices = Monitor<[String]>([])
        var options = ImageCapture.Options()
        options.pause = .milliseconds(1)
        let extents = CaptureExtents(size: UInt64(Self.disk.count))
        _ = try await ImageCapture.capture(
            try file(Self.disk), extents: extents, to: place, options: options,
            notice: { text in notices.update { $0.append(text) } })
        #expect(try decompressed(place.kept) == Self.disk)
        #expect(notices.update { $0 }.map { $0.hasSuffix("try 2 of 3") || $0.hasSuffix("try 3 of 3") } == [true, true])

        let hopeless = MemoryDestination(failures: 3)
        await #expect(throws: ImageDestinationError.interrupted("memory", offset: 0, reason: "test")) {
            try await ImageCapture.capture(try file(Self.disk), extents: extents, to: hopeless, options: options)
        }
    }

    @Test func aSectorThatCannotBeReadIsReadOnceMoreAndThenNamed() throws {
        let buffer = PageBuffer()
        let size: UInt64 = 4 << 20
        func reader(failing sector: UInt64, times: Int) -> CaptureReader {
            let left = Monitor(times)
            return CaptureReader(extents: CaptureExtents(size: size), disk: "/dev/bad", sectorSize: 512) {
                range, bytes throws(ImageWriteError) in
                let isBad =
                    range.contains(sector * 512)
                    && left.update { left in
                        left -= 1
                        return left >= 0
                    }
                guard isBad else { return }
                // The kernel does not say which sector of a large read it was.
                throw .writeFailed(
                    disk: "/dev/bad", call: "pread", sector: range.lowerBound / 512, sectorSize: 512, .ioError)
            }
        }
        #expect(try reader(failing: 4321, times: 1).fill(buffer, with: 0..<size) == size)
        #expect(throws: CaptureError.unreadable(disk: "/dev/bad", sector: 4320, sectorSize: 512, .ioError)) {
            try reader(failing: 4321, times: 2).fill(buffer, with: 0..<size)
        }
    }

    @Test func anEmptyFileIsRefused() async throws {
        await #expect(throws: CaptureError.self) {
            try await ImageCapture.capture(try file([]), extents: CaptureExtents(size: 0), to: MemoryDestination())
        }
    }

    @Test func aFileTakesItsNameOnlyWhenItIsWhole() async throws {
        let directory = "/tmp/capture-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let path = directory + "/disk.raw.zst"
        try Data("old".utf8).write(to: URL(fileURLWithPath: path))
        let extents = CaptureExtents(size: UInt64(Self.disk.count))
        let abandoned = FileImageDestination(path).makeSink()
        try abandoned.open()
        try [UInt8](1...9).withUnsafeBytes { try abandoned.write($0) }
        abandoned.close()
        #expect(try Files.list(directory) == ["disk.raw.zst"] && Files.readText(path) == "old")

        let summary = try await ImageCapture.capture(
            try file(Self.disk), extents: extents, to: FileImageDestination(path))
        #expect(try Files.list(directory) == ["disk.raw.zst", "disk.raw.zst.sha256"])
        #expect(try Files.readText(path + ".sha256") == "\(summary.fileChecksum.hex)  disk.raw.zst\n")
        #expect(try decompressed(try Files.read(path, limit: 1 << 30)) == Self.disk)
    }

    @Test func aDeviceIsNoPlaceForAnImage() async throws {
        await #expect(throws: ImageSourceError.self) {
            try await ImageCapture.capture(
                try file([1]), extents: CaptureExtents(size: 1), to: FileImageDestination("/dev/null"))
        }
        #expect(!Files.exists("/dev/null.part"))
    }

    private func file(_ bytes: [UInt8]) throws -> Descriptor {
        let path = "/tmp/capture-disk-\(UUID().uuidString)"
        try Files.write(bytes, to: path)
        defer { unlink(path) }
        return try Descriptor.open(path, O_RDONLY)
    }

    private func decompressed(_ image: [UInt8]) throws -> [UInt8] {
        var result: [UInt8] = []
        var rest = image[...]
        var room = [UInt8](repeating: 0, count: 2 << 20)
        while !rest.isEmpty {
            let (frame, count) = rest.withUnsafeBytes { bytes in
                let frame = ZSTD_findFrameCompressedSize(bytes.baseAddress, bytes.count)
                let count = room.withUnsafeMutableBytes {
                    ZSTD_decompress($0.baseAddress, $0.count, bytes.baseAddress, frame)
                }
                return (frame, count)
            }
            try #require(ZSTD_isError(frame) == 0 && ZSTD_isError(count) == 0)
            result += room[..<count]
            rest = rest.dropFirst(frame)
        }
        return result
    }

    private func hex(_ digest: some Sequence<UInt8>) -> String {
        digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}

/// Keeps the image, and breaks off in the middle of the first tries.
private final class MemoryDestination: ImageDestination {
    struct State {
        var failures: Int
        var kept: [UInt8] = []
        var digest = ""
    }

    let state: Monitor<State>
    let name = "memory"

    init(failures: Int = 0) {
        state = Monitor(State(failures: failures))
    }

    var kept: [UInt8] { state.update { $0.kept } }
    var digest: String { state.update { $0.digest } }

    func makeSink() -> any ImageSink { MemorySink(state) }
}

private final class MemorySink: ImageSink {
    private let state: Monitor<MemoryDestination.State>

    init(_ state: Monitor<MemoryDestination.State>) {
        self.state = state
    }

    func open() {
        state.update { $0.kept = [] }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        let breaksOff = state.update { state in
            state.kept += bytes
            guard state.failures > 0, state.kept.count > 300_000 else { return false }
            state.failures -= 1
            return true
        }
        if breaksOff { throw ImageDestinationError.interrupted("memory", offset: 0, reason: "test") }
    }

    func finish(digest: String) {
        state.update { $0.digest = digest }
    }

    func cancel() {}
    func close() {}
}
