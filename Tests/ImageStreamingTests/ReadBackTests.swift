import Glibc
import ImageSources
import LinuxSystem
import Testing

@testable import ImageStreaming

private let diskSize: UInt64 = 16 << 20

private let bytes = (0..<(3 << 20) + 5).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 11) }

@Suite struct WrittenSumsTests {
    private func sums(_ pieces: [Range<Int>], at start: Int = 0) -> WrittenSums {
        let sums = WrittenSums()
        for piece in pieces {
            bytes[piece].withUnsafeBytes { sums.add($0, at: UInt64(start + piece.lowerBound)) }
        }
        return sums
    }

    private func difference(_ sums: WrittenSums, _ read: [UInt8], at start: Int = 0) -> UInt64? {
        read.withUnsafeBytes {
            sums.firstDifference(
                in: $0, at: UInt64(start), pieces: [UInt64(start)..<UInt64(start + read.count)])
        }
    }

    @Test func piecesInAnyOrderAndOfAnyLengthHaveTheSameSum() {
        let cuts = [0, 3, 8, 4096, 1 << 20, (1 << 20) + 1, 2_000_003, bytes.count]
        let pieces = zip(cuts, cuts.dropFirst()).map { $0..<$1 }
        #expect(difference(sums(pieces), bytes) == nil)
        #expect(difference(sums(pieces.reversed()), bytes) == nil)
        #expect(difference(sums(pieces, at: 4096 << 20), bytes, at: 4096 << 20) == nil)
    }

    @Test(arguments: [0, 7, 1_048_575, 1_048_576, 2_500_001, (3 << 20) + 4])
    func aChangedByteIsFound(place: Int) {
        let all = sums([0..<bytes.count])
        var read = bytes
        read[place] ^= 0x40
        #expect(difference(all, read) == UInt64(place & ~0xf_ffff))
    }

    @Test func whatWasWrittenElsewhereIsFound() {
        var read = bytes
        for index in 0..<4096 { read.swapAt(index, index + 8192) }
        #expect(difference(sums([0..<bytes.count]), read) == 0)
    }

    @Test func whatWasNotWrittenHasToBeZeros() {
        let sums = WrittenSums()
        #expect(difference(sums, [UInt8](repeating: 0, count: 2 << 20)) == nil)
        #expect(difference(sums, [UInt8](repeating: 0, count: 1 << 20) + [1]) == 1 << 20)
    }
}

@Suite(.serialized) struct ReadBackTests {
    private static func options(_ checksum: ImageChecksum? = nil) -> ImageWriter.Options {
        var options = ImageWriter.Options()
        options.verifiesReadback = true
        options.checksum = checksum
        return options
    }

    @Test func aDiskThatHoldsWhatWasWrittenIsSealed() async throws {
        let (gpt, mbr) = (TestImage.gpt(), TestImage.mbr())
        for (image, file) in [(gpt, try qcow2(gpt.bytes, "-c")), (gpt, zstd(gpt.bytes)), (mbr, mbr.bytes)] {
            let source = try TemporaryFile(file)
            let target = try TemporaryFile([UInt8](repeating: 0xaa, count: Int(diskSize)))
            try await checkSealing(image, source: source.source, target: target.open(), options: Self.options()) {
                try target.contents
            }
        }
    }

    @Test(arguments: [false, true]) func aDiskThatLosesAByteGetsNoTable(isQCOW2: Bool) async throws {
        let image = TestImage.gpt()
        let target = try TemporaryFile([UInt8](repeating: 0xaa, count: Int(diskSize)))
        let place = (2 << 20) + 100_000
        let source = LosingSource(
            bytes: isQCOW2 ? try qcow2(image.bytes) : image.bytes, disk: target, place: place,
            written: image.bytes[place])
        let facts = try await ImagePreflight.inspect(
            OneWaySource(bytes: source.bytes), diskSize: diskSize, logicalSectorSize: 512)
        await #expect(throws: ImageWriteError.readBackDiffers(disk: target.path, offset: 2 << 20)) {
            try await ImageWriter.write(source, to: target.open(), facts: facts, options: Self.options())
        }
        #expect(consists(try target.contents[..<TestImage.headLength], of: 0))
    }

    /// What md does with the array's sectors is not this test's matter: the members are files that hold all of it already.
    @Test(arguments: [false, true]) func eachDiskOfAMirrorIsReadBack(isQCOW2: Bool) async throws {
        let image = TestImage.gpt()
        let file = try TemporaryFile(isQCOW2 ? qcow2(image.bytes) : image.bytes)
        let source = file.source
        let array = try TemporaryFile([UInt8](repeating: 0xaa, count: Int(diskSize))).open()
        let facts = try await ImagePreflight.inspect(source, diskSize: diskSize, logicalSectorSize: 512)
        let first = try TemporaryFile([UInt8](repeating: 0xaa, count: Int(diskSize)))
        try await ImageWriter.write(source, to: first.open(), facts: facts, options: Self.options())
            .seal(on: first.open())

        let body = (2 << 20) + 100_000
        let backup = Int(diskSize) - 513
        for lost in [nil, body, backup] {
            var bytes = try first.contents
            if let lost { bytes[lost] ^= 1 }
            let second = try TemporaryFile(bytes)
            let members = [try first.open(), try second.open()]
            func install() async throws {
                try await ImageWriter.write(
                    source, to: array, members: members, facts: facts, options: Self.options()
                ).seal(on: array, members: members)
            }
            guard let lost else {
                try await install()
                continue
            }
            let place = UInt64(lost & ~0xf_ffff)
            await #expect(throws: ImageWriteError.readBackDiffers(disk: second.path, offset: place)) {
                try await install()
            }
            let isBlank = consists(try second.contents[..<512], of: 0)
            #expect(lost == body || isBlank)
        }
    }

    @Test func theChecksumOfAQCOW2FileIsReadInTheSamePass() async throws {
        let image = TestImage.gpt()
        let directory = try TemporaryDirectory()
        _ = try directory.write(image.bytes, to: "d")
        let sum = try directory.shell("sha256sum d").prefix(64)
        let source = try TemporaryFile(qcow2(image.bytes, "-c"))
        let target = try TemporaryFile([UInt8](repeating: 0xaa, count: Int(diskSize)))
        try await checkSealing(
            image, source: source.source, target: target.open(), options: Self.options(ImageChecksum(.sha256, hex: sum))
        ) { try target.contents }
    }
}

@Suite struct ReadBackRootTests {
    @Test(arguments: [512, 4096]) func aDiskIsReadBackPastThePageCache(sectorSize: Int) async throws {
        let image = TestImage.gpt(sectorSize: sectorSize)
        let source = try TemporaryFile(zstd(image.bytes))
        let disk = try TemporaryFile([UInt8](repeating: 0xaa, count: 32 << 20))
        let device = try LoopDevice(disk, sectorSize: UInt32(sectorSize))
        var options = ImageWriter.Options()
        options.verifiesReadback = true
        try await checkSealing(image, source: source.source, target: device.open(), options: options) {
            try device.contents
        }
    }
}

/// Gives all its bytes, waits until one of them is on the disk, and changes it there.
private struct LosingSource: ImageSource {
    let bytes: [UInt8]
    let disk: TemporaryFile
    let place: Int
    let written: UInt8
    let name = "losing"
    func makeStream() -> any ImageStream { Stream(self) }

    private final class Stream: ImageStream {
        private let source: LosingSource
        private let offset = Monitor(0)

        init(_ source: LosingSource) {
            self.source = source
        }

        func open() -> ImageOrigin { ImageOrigin(name: "losing", length: UInt64(source.bytes.count)) }

        func withNextChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Bool {
            let start = offset.update { offset in
                defer { offset = min(offset + 1 << 20, source.bytes.count) }
                return offset
            }
            guard start < source.bytes.count else {
                try lose()
                return false
            }
            try source.bytes[start..<min(start + 1 << 20, source.bytes.count)].withUnsafeBytes(body)
            return true
        }

        private func lose() throws {
            let file = try source.disk.open()
            for _ in 0..<1000 {
                let now = try file.readBytes(count: 1, at: UInt64(source.place))
                if now == [source.written] {
                    try [source.written ^ 1].withUnsafeBytes { try file.writeAll($0, at: UInt64(source.place)) }
                    return
                }
                usleep(10_000)
            }
        }

        func cancel() {}
        func close() {}
    }
}
