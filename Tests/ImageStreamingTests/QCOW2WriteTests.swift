import DiskImages
import ImageSources
import ImageStreaming
import LinuxSystem
import QCOW2
import Testing

private let diskSize: UInt64 = 16 << 20
private let gpt = TestImage.gpt()
private let mbr = TestImage.mbr()

/// Inspects and writes an image to a disk full of something else, and finds there what it would be as a raw image.
private func check(_ image: TestImage, _ source: any ImageSource, _ options: ImageWriter.Options = .init()) async throws
{
    let target = try TemporaryFile([UInt8](repeating: 0xaa, count: Int(diskSize)))
    try await checkSealing(image, source: source, target: target.open(), options: options) { try target.contents }
}

/// The check sum of bytes, as the error says it that a wrong one leads to.
private func checksum(of image: TestImage, _ source: any ImageSource, asServed: Bool) async throws -> ImageChecksum {
    var options = ImageWriter.Options()
    let wrong = ImageChecksum(.sha256, hex: String(repeating: "0", count: 64))
    if asServed { options.downloadChecksum = wrong } else { options.checksum = wrong }
    let target = try TemporaryFile([UInt8](repeating: 0xaa, count: Int(diskSize)))
    let facts = try await ImagePreflight.inspect(source, diskSize: diskSize, logicalSectorSize: 512)
    let error = await #expect(throws: ImageWriteError.self) {
        try await ImageWriter.write(source, to: target.open(), facts: facts, options: options)
    }
    guard case .checksumMismatch(_, let actual, asServed) = error else { throw try #require(error) }
    #expect(consists(try target.contents[..<TestImage.headLength], of: 0))
    return try #require(ImageChecksum(.sha256, hex: actual))
}

@Suite(.serialized) struct QCOW2WriteTests {
    static let options = [
        "", "-o cluster_size=2M", "-o extended_l2=on", "-c", "-c -o compression_type=zstd", "-o preallocation=full",
    ]

    @Test(arguments: options) func aDiskInAQCOW2FileIsWrittenAsItIs(options: String) async throws {
        let image = gpt
        let bytes = try qcow2(image.bytes, options)
        let file = try TemporaryFile(bytes)
        try await check(image, file.source)
        try await check(image, OneWaySource(bytes: zstd(bytes)))
    }

    /// What is done to an image that holds the disk, which stays the same by it.
    static let changes = [
        "qemu-img snapshot -c s $image; qemu-io -c 'write -P 9 2M 300k' $image; qemu-img snapshot -a s $image",
        "qemu-img resize $image 500G; qemu-img resize --shrink $image 12M",
        "qemu-img snapshot -c s $image; qemu-img dd -O raw bs=1M count=3 skip=1 if=$image of=$image.x; "
            + "qemu-io -c \"write -s $image.x 1M 2M\" $image; rm $image.x",
        "qemu-io -c 'write -z 3M 4M' $image",
    ]

    @Test(arguments: changes) func aQCOW2FileThatWasWorkedWithIsWrittenFromPartsOfIt(change: String) async throws {
        let image = gpt
        let file = try TemporaryFile(qcow2(image.bytes, change: change))
        try await check(image, file.source)
    }

    @Test(arguments: changes, ["", "-c"])
    func whatComesBeforeItsTableIsKeptInMemoryWhereTheFileIsReadOnce(change: String, options: String) async throws {
        let bytes = try qcow2(gpt.bytes, options, change: change)
        try await check(gpt, OneWaySource(bytes: bytes, chunk: 4_096))
        try await check(gpt, OneWaySource(bytes: zstd(bytes)))
    }

    @Test func whatThereIsNoMemoryToKeepIsRefusedWhereTheFileIsReadOnce() async throws {
        let bytes = try qcow2(
            gpt.bytes, change: "qemu-img snapshot -c s $image; qemu-io -c 'write -P 9 2M 300k' $image")
        var options = ImageWriter.Options()
        options.stagingMemory = 1 << 20
        for source in [OneWaySource(bytes: bytes), OneWaySource(bytes: zstd(bytes))] {
            let error = await #expect(throws: QCOW2Refusal.self) {
                try await ImagePreflight.inspect(
                    source, diskSize: diskSize, logicalSectorSize: 512, options: options)
            }
            guard case .outOfOrder(let reason) = error else { throw try #require(error) }
            #expect(reason.hasSuffix("and there is no memory to keep more than 1 MiB of it"))
        }
    }

    @Test func thatAFileIsReadOnceIsSaid() async throws {
        let bytes = try qcow2(gpt.bytes)
        func note(_ source: any ImageSource) async throws -> String? {
            try await ImagePreflight.inspect(source, diskSize: diskSize, logicalSectorSize: 512).note
        }
        let compressed = try await note(OneWaySource(bytes: zstd(bytes)))
        #expect(compressed?.contains("once, from its start to its end: it is compressed as a whole, by zstd;") == true)
        let oneWay = try await note(OneWaySource(bytes: bytes))
        #expect(oneWay?.contains("one-way offers no parts of it (HTTP ranges);") == true)
        let file = try TemporaryFile(bytes)
        #expect(try await note(file.source) == nil)
    }

    @Test func theChecksumOfTheDiskIsThatOfTheRawImage() async throws {
        for (image, options) in [(gpt, "-c"), (mbr, "")] {
            let raw = try TemporaryFile(image.bytes)
            let sum = try await checksum(of: image, raw.source, asServed: false)
            let source = try TemporaryFile(qcow2(image.bytes, options))
            var options = ImageWriter.Options()
            options.checksum = sum
            try await check(image, source.source, options)
        }
    }

    @Test func theChecksumOfTheFileIsReadInOnePass() async throws {
        let image = gpt
        let bytes = try qcow2(image.bytes, "-c") + [UInt8](repeating: 0, count: 3 << 20)
        for source in [try TemporaryFile(bytes), try TemporaryFile(zstd(bytes))] {
            var options = ImageWriter.Options()
            options.downloadChecksum = try await checksum(of: image, source.source, asServed: true)
            try await check(image, source.source, options)
        }
    }

    @Test(arguments: options + ["-o cluster_size=512k -c", "-o cluster_size=4k"])
    func whatQEMULaysOutIsInOrderForAChecksumOfTheFile(layout: String) async throws {
        let bytes = try qcow2(gpt.bytes, layout)
        let file = try TemporaryFile(bytes)
        var options = ImageWriter.Options()
        options.downloadChecksum = ImageChecksum(.sha256, hex: String(repeating: "0", count: 64))
        let facts = try await ImagePreflight.inspect(
            file.source, diskSize: diskSize, logicalSectorSize: 512, options: options)
        let target = try TemporaryFile([UInt8](repeating: 0xaa, count: Int(diskSize)))
        let error = await #expect(throws: ImageWriteError.self) {
            try await ImageWriter.write(file.source, to: target.open(), facts: facts, options: options)
        }
        guard case .checksumMismatch(_, _, asServed: true) = error else { throw try #require(error) }
    }

    static let outOfOrder = "qemu-img snapshot -c s $image; qemu-io -c 'write -P 9 8M 300k' $image"

    @Test func aChecksumOfAFileOutOfOrderIsReadInOnePassThatKeepsWhatComesBeforeItsTable() async throws {
        // Where the disk has changed since the snapshot.
        var image = gpt
        image.bytes.replaceSubrange(8 << 20..<(8 << 20) + (300 << 10), with: repeatElement(9, count: 300 << 10))
        let changed = try TemporaryFile(qcow2(gpt.bytes, change: Self.outOfOrder))
        var options = ImageWriter.Options()
        options.downloadChecksum = try await checksum(of: image, changed.source, asServed: true)
        try await check(image, changed.source, options)
    }

    @Test func aChecksumOfAFileOutOfOrderIsRefusedBeforeTheFirstWriteWhereMemoryDoesNotDo() async throws {
        let changed = try TemporaryFile(qcow2(gpt.bytes, change: Self.outOfOrder))
        var options = ImageWriter.Options()
        options.downloadChecksum = ImageChecksum(.sha256, hex: String(repeating: "0", count: 64))
        options.stagingMemory = 1 << 20
        let error = await #expect(throws: QCOW2Refusal.self) {
            try await ImagePreflight.inspect(
                changed.source, diskSize: diskSize, logicalSectorSize: 512, options: options)
        }
        guard case .outOfOrder = error else { throw try #require(error) }
        // Whoever has not said so before finds out from the writer.
        let facts = try await ImagePreflight.inspect(changed.source, diskSize: diskSize, logicalSectorSize: 512)
        let target = try TemporaryFile([UInt8](repeating: 0xaa, count: Int(diskSize)))
        await #expect(throws: QCOW2Refusal.self) {
            try await ImageWriter.write(changed.source, to: target.open(), facts: facts, options: options)
        }
        #expect(consists(try target.contents[..<TestImage.headLength], of: 0))
    }

    @Test func whatIsInTheQCOW2FileMustBeADisk() async throws {
        let notADisk = try TemporaryFile(qcow2([UInt8](repeating: 0, count: 4 << 20)))
        await #expect(throws: DiskImageRefusal(format: .unknown)) {
            try await ImagePreflight.inspect(notADisk.source, diskSize: diskSize, logicalSectorSize: 512)
        }
        let image = gpt.bytes
        let large = try TemporaryFile(qcow2(image, change: "qemu-img resize $image 20M"))
        await #expect(throws: ImageWriteError.diskTooSmall(disk: "/dev/sdz", needed: 20 << 20, available: 16 << 20)) {
            try await ImagePreflight.inspect(
                large.source, diskSize: diskSize, logicalSectorSize: 512, disk: "/dev/sdz")
        }
        let fine = try TemporaryFile(qcow2(image, "-o cluster_size=2k"))
        await #expect(throws: QCOW2Refusal.smallClusters(2048, sectorSize: 4096)) {
            try await ImagePreflight.inspect(fine.source, diskSize: diskSize, logicalSectorSize: 4096)
        }
        let whole = try TemporaryFile(qcow2(image, "-c"))
        let facts = try await ImagePreflight.inspect(
            whole.source, diskSize: diskSize, logicalSectorSize: 512)
        #expect(facts.kind == "qcow2" && facts.declaredSize == 12 << 20)
    }

    @Test(arguments: [0.4, 0.6, 0.9]) func aTruncatedFileLeavesNoTable(part: Double) async throws {
        for options in ["", "-c"] {
            let whole = try qcow2(gpt.bytes, options)
            let file = try TemporaryFile(whole)
            let cut = OneWaySource(bytes: Array(whole.prefix(Int(Double(whole.count) * part))))
            let target = try TemporaryFile([UInt8](repeating: 0xaa, count: Int(diskSize)))
            let facts = try await ImagePreflight.inspect(file.source, diskSize: diskSize, logicalSectorSize: 512)
            for source in [cut, OneWaySource(bytes: zstd(cut.bytes))] {
                await #expect(throws: QCOW2Refusal.self) {
                    try await ImageWriter.write(source, to: target.open(), facts: facts)
                }
                #expect(consists(try target.contents[..<TestImage.headLength], of: 0))
            }
        }
    }

    @Test func anotherFileThanTheInspectedOneIsNotWrittenAtAll() async throws {
        let inspected = try TemporaryFile(qcow2(gpt.bytes))
        let other = try TemporaryFile(qcow2(mbr.bytes))
        let target = try TemporaryFile([UInt8](repeating: 0xaa, count: Int(diskSize)))
        let facts = try await ImagePreflight.inspect(inspected.source, diskSize: diskSize, logicalSectorSize: 512)
        await #expect(throws: ImageWriteError.imageChanged(other.path)) {
            try await ImageWriter.write(other.source, to: target.open(), facts: facts)
        }
        #expect(consists(try target.contents[...], of: 0xaa))
    }

    @Test func aDamagedClusterLeavesNoTable() async throws {
        var bytes = try qcow2(gpt.bytes, "-c")
        let whole = try TemporaryFile(bytes)
        let facts = try await ImagePreflight.inspect(whole.source, diskSize: diskSize, logicalSectorSize: 512)
        for index in stride(from: bytes.count / 2, to: bytes.count / 2 + 40_000, by: 7) { bytes[index] ^= 0x5a }
        let damaged = try TemporaryFile(bytes)
        let target = try TemporaryFile([UInt8](repeating: 0xaa, count: Int(diskSize)))
        let error = await #expect(throws: QCOW2Refusal.self) {
            try await ImageWriter.write(damaged.source, to: target.open(), facts: facts)
        }
        guard case .badCluster = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(consists(try target.contents[..<TestImage.headLength], of: 0))
    }
}

@Suite struct QCOW2WriteRootTests {
    @Test(arguments: [512, 4096], ["", "-c -o compression_type=zstd"])
    func aDiskGetsWhatIsInTheFile(sectorSize: Int, options: String) async throws {
        let image = TestImage.gpt(sectorSize: sectorSize)
        let source = try TemporaryFile(qcow2(image.bytes, options))
        let disk = try TemporaryFile([UInt8](repeating: 0xaa, count: 32 << 20))
        let device = try LoopDevice(disk, sectorSize: UInt32(sectorSize))
        var checked = ImageWriter.Options()
        let descriptor = try device.open()
        checked.checksum = try await checksum(of: image, descriptor)
        try await checkSealing(image, source: source.source, target: descriptor, options: checked) {
            try device.contents
        }
    }

    /// The check sum that a write of the raw image finds.
    private func checksum(of image: TestImage, _ descriptor: Descriptor) async throws -> ImageChecksum {
        var options = ImageWriter.Options()
        options.checksum = ImageChecksum(.sha512, hex: String(repeating: "0", count: 128))
        let source = try TemporaryFile(image.bytes)
        let facts = try await ImagePreflight.inspect(
            source.source, diskSize: 32 << 20, logicalSectorSize: image.sectorSize)
        let error = await #expect(throws: ImageWriteError.self) {
            try await ImageWriter.write(source.source, to: descriptor, facts: facts, options: options)
        }
        guard case .checksumMismatch(_, let actual, false) = error else { throw try #require(error) }
        return try #require(ImageChecksum(.sha512, hex: actual))
    }
}
