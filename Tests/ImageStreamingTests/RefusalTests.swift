import Decompression
import DiskImages
import Glibc
import ImageSources
import ImageStreaming
import LinuxSystem
import PartitionTable
import Testing

private let diskSize: UInt64 = 16 << 20

private func inspect(_ bytes: [UInt8], diskSize: UInt64 = diskSize, sectorSize: Int = 512) async throws -> ImageFacts {
    let file = try TemporaryFile(bytes)
    return try await ImagePreflight.inspect(
        file.source, diskSize: diskSize, logicalSectorSize: sectorSize, disk: "/dev/sdz")
}

@Suite struct PreflightTests {
    @Test(arguments: [false, true]) func theFactsOfAnImage(isCompressed: Bool) async throws {
        let image = TestImage.gpt().bytes
        let facts = try await inspect(isCompressed ? zstd(image) : image)
        #expect(facts.compression == (isCompressed ? .zstd : .none))
        #expect(facts.declaredSize == UInt64(image.count))
        #expect(try facts.rootPartition()?.number == 2)
        #expect((facts.decoderMemory > 0) == isCompressed)
    }

    @Test func whatIsNoDiskImageIsRefused() async throws {
        await #expect(throws: DiskImageRefusal(format: .text)) { try await inspect(Array("<html>\n".utf8)) }
        await #expect(throws: DiskImageRefusal(format: .vhdx)) {
            try await inspect(Array("vhdxfile".utf8) + [UInt8](repeating: 0, count: 2 << 20))
        }
        await #expect(throws: DiskImageRefusal(format: .unknown)) { try await inspect([]) }
    }

    @Test func aDiskThatIsTooSmallIsRefused() async throws {
        await #expect(throws: PartitionTableError.self) {
            try await inspect(zstd(TestImage.gpt().bytes), diskSize: 11 << 20)
        }
        await #expect(
            throws: ImageWriteError.diskTooSmall(disk: "/dev/sdz", needed: 12 << 20, available: 11 << 20)
        ) { try await inspect(zstd(TestImage.mbr().bytes), diskSize: 11 << 20) }
    }

    @Test func otherSectorsAreRefused() async throws {
        await #expect(throws: PartitionTableError.wrongSectorSize(image: 512, disk: 4096)) {
            try await inspect(TestImage.gpt().bytes, sectorSize: 4096)
        }
    }

    @Test func aRawImageThatIsShorterThanItsTableSaysIsTruncated() async throws {
        await #expect(throws: ImageWriteError.imageTooShort(declared: 12 << 20, actual: 11 << 20)) {
            try await inspect(Array(TestImage.gpt().bytes.prefix(11 << 20)))
        }
    }

    @Test func nothingIsThere() async throws {
        await #expect(throws: SystemCallError.self) {
            try await ImagePreflight.inspect(
                FileImageSource("/does/not/exist"), diskSize: diskSize, logicalSectorSize: 512)
        }
    }
}

@Suite struct UnsealedTests {
    /// Writes, expecting an error, and checks that no table is left on the disk.
    ///
    /// - Parameter canComeFirst: whether the error may come before the first write and leave the disk as it was: a short
    ///   zstd frame is decoded as a whole.
    private func expectNoTable<Failure: Error>(
        _ error: Failure.Type, source: any ImageSource, inspecting other: (any ImageSource)? = nil,
        options: ImageWriter.Options = .init(), canComeFirst: Bool = false
    ) async throws -> Failure? {
        let target = try TemporaryFile([UInt8](repeating: 0xaa, count: Int(diskSize)))
        let facts = try await ImagePreflight.inspect(other ?? source, diskSize: diskSize, logicalSectorSize: 512)
        let descriptor = try target.open()
        let failure = await #expect(throws: error) {
            try await ImageWriter.write(source, to: descriptor, facts: facts, options: options)
        }
        let left = try target.contents
        if canComeFirst, left.allSatisfy({ $0 == 0xaa }) { return failure }
        #expect(left[..<TestImage.headLength].allSatisfy { $0 == 0 })
        #expect(left.suffix(33 * 512).allSatisfy { $0 == 0 })
        return failure
    }

    @Test func aWrongChecksumLeavesNoTable() async throws {
        let source = try TemporaryFile(zstd(TestImage.gpt().bytes))
        let wrong = try #require(ImageChecksum(.sha256, hex: String(repeating: "0", count: 64)))
        for asServed in [false, true] {
            var options = ImageWriter.Options()
            if asServed { options.downloadChecksum = wrong } else { options.checksum = wrong }
            let error = try await expectNoTable(ImageWriteError.self, source: source.source, options: options)
            guard case .checksumMismatch(wrong, let actual, asServed) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(actual.count == 64)
        }
    }

    @Test(arguments: [ImageChecksum.Algorithm.sha256, .sha512])
    func theRightChecksumIsTheOneThatTheErrorNamed(algorithm: ImageChecksum.Algorithm) async throws {
        let source = try TemporaryFile(zstd(TestImage.gpt().bytes))
        var options = ImageWriter.Options()
        options.checksum = ImageChecksum(algorithm, hex: String(repeating: "0", count: algorithm.digits))
        let error = try await expectNoTable(ImageWriteError.self, source: source.source, options: options)
        guard case .checksumMismatch(_, let actual, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        options.checksum = ImageChecksum(algorithm, hex: actual.uppercased())
        let target = try TemporaryFile([UInt8](repeating: 0xaa, count: Int(diskSize)))
        let facts = try await ImagePreflight.inspect(source.source, diskSize: diskSize, logicalSectorSize: 512)
        let table = try await ImageWriter.write(source.source, to: target.open(), facts: facts, options: options)
        #expect(table.summary.verified == [options.checksum])
    }

    @Test(arguments: [0.3, 0.6, 0.95]) func aTruncatedImageLeavesNoTable(part: Double) async throws {
        let packed = zstd(TestImage.gpt().bytes)
        let cut = Array(packed.prefix(Int(Double(packed.count) * part)))
        let source = try TemporaryFile(cut)
        let error = try await expectNoTable(DecompressionError.self, source: source.source, canComeFirst: true)
        #expect(error == .truncated(.zstd, offset: UInt64(cut.count)))
    }

    @Test func anImageShorterThanItsTableSaysLeavesNoTable() async throws {
        let source = try TemporaryFile(zstd(Array(TestImage.gpt().bytes.prefix(9 << 20))))
        let error = try await expectNoTable(ImageWriteError.self, source: source.source)
        #expect(error == .imageTooShort(declared: 12 << 20, actual: 9 << 20))
    }

    @Test func anImageThatGrowsBeyondTheDiskLeavesNoTable() async throws {
        let source = try TemporaryFile(zstd(TestImage.gpt().bytes + [UInt8](repeating: 1, count: 5 << 20)))
        let error = try await expectNoTable(ImageWriteError.self, source: source.source)
        guard case .diskTooSmall = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func bytesAfterTheEndLeaveNoTable() async throws {
        let packed = zstd(TestImage.gpt().bytes)
        let source = try TemporaryFile(packed + Array("trailer".utf8))
        let error = try await expectNoTable(DecompressionError.self, source: source.source, canComeFirst: true)
        #expect(error == .trailingBytes(.zstd, offset: UInt64(packed.count)))
    }

    @Test func anotherImageThanTheInspectedOneIsNotWrittenAtAll() async throws {
        let inspected = try TemporaryFile(TestImage.gpt().bytes)
        let other = try TemporaryFile(TestImage.mbr().bytes)
        let target = try TemporaryFile([UInt8](repeating: 0xaa, count: Int(diskSize)))
        let facts = try await ImagePreflight.inspect(inspected.source, diskSize: diskSize, logicalSectorSize: 512)
        let descriptor = try target.open()
        await #expect(throws: ImageWriteError.imageChanged(other.path)) {
            try await ImageWriter.write(other.source, to: descriptor, facts: facts)
        }
        #expect(try target.contents.allSatisfy { $0 == 0xaa })
    }

    @Test func aFailingWriteNamesDeviceAndSector() async throws {
        let source = try TemporaryFile(TestImage.gpt().bytes)
        let target = try TemporaryFile([UInt8](repeating: 0xaa, count: Int(diskSize)))
        let descriptor = try target.open(O_RDONLY)
        let facts = try await ImagePreflight.inspect(source.source, diskSize: diskSize, logicalSectorSize: 512)
        await #expect(
            throws: ImageWriteError.writeFailed(
                disk: target.path, call: "write", sector: 0, sectorSize: 512, .badFileDescriptor)
        ) { try await ImageWriter.write(source.source, to: descriptor, facts: facts) }
    }

    @Test(.timeLimit(.minutes(1))) func cancellingEndsAWriteThatWaitsForItsSource() async throws {
        let image = TestImage.gpt().bytes
        let source = try TemporaryFile(image)
        let target = try TemporaryFile([UInt8](repeating: 0xaa, count: Int(diskSize)))
        let facts = try await ImagePreflight.inspect(source.source, diskSize: diskSize, logicalSectorSize: 512)
        let descriptor = try target.open()
        let task = Task {
            try await ImageWriter.write(
                StallingSource(bytes: Array(image.prefix(9 << 20))), to: descriptor, facts: facts)
        }
        // What the source gives is written by then, and head and tail are zeros.
        while try target.contents[..<TestImage.headLength].contains(where: { $0 != 0 }) {
            try await Task.sleep(for: .milliseconds(50))
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try target.contents[..<TestImage.headLength].allSatisfy { $0 == 0 })
    }
}

/// Gives some bytes and then nothing until it is cancelled.
private struct StallingSource: ImageSource {
    let bytes: [UInt8]
    let name = "stalling"
    func makeStream() -> any ImageStream { Stream(bytes) }

    private final class Stream: ImageStream {
        private let state: Monitor<(rest: [UInt8], isCancelled: Bool)>

        init(_ bytes: [UInt8]) {
            state = Monitor((bytes, false))
        }

        func open() -> ImageOrigin { ImageOrigin(name: "stalling", length: nil) }

        func withNextChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Bool {
            let chunk = try state.wait { state -> [UInt8]? in
                if state.isCancelled { throw ImageSourceError.cancelled }
                defer { state.rest = [] }
                return state.rest.isEmpty ? nil : state.rest
            }
            try chunk?.withUnsafeBytes(body)
            return true
        }

        func cancel() {
            state.update { $0.isCancelled = true }
        }

        func close() {}
    }
}
