import DiskImages
import Foundation
import Glibc
import ImageSources
import LinuxSystem
import PartitionTable
import Testing

@testable import ImageStreaming

/// Bare file systems, around which partitions are made.
@Suite struct EnclosureTests {
    private static let rootStart = 513 << 20
    private static let diskSize: UInt64 = 1 << 30

    @Test(arguments: [false, true]) func aFileSystemGetsItsPartitionsOnlyByTheSeal(isCompressed: Bool) async throws {
        let image = try BareFileSystem.ext4()
        let source = try TemporaryFile(isCompressed ? zstd(image) : image)
        let target = try SparseDisk(bytes: Self.diskSize)
        try await checkEnclosing(image, source.source, target.path, sectorSize: 512)
    }

    /// A file within a file: what is read back lies where the root does.
    @Test func aFileSystemInAQCOW2FileGoesToTheSamePlace() async throws {
        let image = try BareFileSystem.ext4()
        let raw = try TemporaryFile(image)
        let qcow2 = raw.path + ".qcow2"
        defer { unlink(qcow2) }
        try BareFileSystem.run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw.path, qcow2)
        let target = try SparseDisk(bytes: Self.diskSize)
        try await checkEnclosing(image, FileImageSource(qcow2), target.path, sectorSize: 512)
    }

    @Test func aFileSystemThatEndsEarlyIsTruncated() async throws {
        let image = try BareFileSystem.ext4()
        let short = Array(image.dropLast(4096))
        await #expect(throws: ImageWriteError.imageTooShort(declared: 20 << 20, actual: (20 << 20) - 4096)) {
            try await inspect(short)
        }
        // Compressed, that shows only at the end.
        let source = try TemporaryFile(zstd(short))
        let facts = try await ImagePreflight.inspect(
            source.source, diskSize: Self.diskSize, logicalSectorSize: 512, content: .fileSystem)
        let target = try SparseDisk(bytes: Self.diskSize)
        let descriptor = try Descriptor.open(target.path, O_RDWR)
        await #expect(throws: ImageWriteError.imageTooShort(declared: 20 << 20, actual: (20 << 20) - 4096)) {
            try await ImageWriter.write(source.source, to: descriptor, facts: facts)
        }
        #expect(try target.bytes(0, 1 << 20).allSatisfy { $0 == 0 })
    }

    @Test func whatDoesNotFitIsRefusedBeforeAnythingIsWritten() async throws {
        let image = try BareFileSystem.ext4()
        await #expect(throws: PartitionTableError.self) { try await inspect(image, diskSize: 533 << 20) }
        await #expect(throws: (any Error).self) { try await inspect(image, diskSize: 10 << 20) }
        await #expect(throws: (any Error).self) { try await inspect(image, diskSize: 0) }
        try await inspect(image, diskSize: (534 << 20) + 4096)
        let endless = OneWaySource(bytes: image, claimedLength: .max)
        await #expect(
            throws: ImageWriteError.diskTooSmall(disk: "the disk", needed: .max, available: Self.diskSize)
        ) {
            try await ImagePreflight.inspect(
                endless, diskSize: Self.diskSize, logicalSectorSize: 512, content: .fileSystem)
        }
        // Blocks of 1 KiB and sectors of 4: the kernel would not mount it.
        await #expect(
            throws: ImageWriteError.smallSectors("ext4", unit: 1024, disk: "the disk", sectorSize: 4096)
        ) { try await inspect(image, sectorSize: 4096) }
        await #expect(throws: DiskImageRefusal(format: .rawDisk, wanted: .fileSystem)) {
            try await inspect(TestImage.gpt().bytes)
        }
        await #expect(throws: DiskImageRefusal(format: .fileSystem(.ext4))) {
            try await inspect(image, content: .wholeDisk)
        }
        var damaged = image
        damaged[1024 + 0x18] = 0xff
        await #expect(throws: ImageWriteError.damagedFileSystem("ext4")) { try await inspect(damaged) }
    }

    @discardableResult
    private func inspect(
        _ image: [UInt8], diskSize: UInt64 = 1 << 30, sectorSize: Int = 512, content: ImageContent = .fileSystem
    ) async throws -> ImageFacts {
        let source = try TemporaryFile(image)
        return try await ImagePreflight.inspect(
            source.source, diskSize: diskSize, logicalSectorSize: sectorSize, content: content)
    }
}

@Suite struct EnclosureRootTests {
    @Test func aDiskWithLargeSectorsGetsItsPartitionsOnlyByTheSeal() async throws {
        let image = try BareFileSystem.ext4(blockSize: 4096)
        let source = try TemporaryFile(zstd(image))
        let disk = try TemporaryFile([])
        #expect(truncate(disk.path, 1 << 30) == 0)
        let device = try LoopDevice(disk, sectorSize: 4096)
        try await checkEnclosing(image, source.source, device.path, sectorSize: 4096)
    }
}

/// Writes a bare file system and looks at the disk before and after the seal.
private func checkEnclosing(
    _ image: [UInt8], _ source: any ImageSource, _ path: String, sectorSize: Int
) async throws {
    let rootStart = 513 << 20
    let descriptor = try Descriptor.open(path, O_RDWR)
    let size = try WriteTarget(descriptor).size
    let facts = try await ImagePreflight.inspect(
        source, diskSize: size, logicalSectorSize: sectorSize, content: .fileSystem)
    #expect(facts.declaredSize == UInt64(image.count))
    #expect(facts.kind.hasPrefix("bare ext4, "))
    // Rubbish where the table and its backup will be.
    let rubbish = [UInt8](repeating: 0xaa, count: 1 << 20)
    for offset in [0, size - (1 << 20)] {
        let written = rubbish.withUnsafeBytes { bytes in
            Result { try Descriptor.open(path, O_WRONLY).writeAll(bytes, at: offset) }
        }
        try written.get()
    }
    var running = RunningChecksum(.sha256)
    image.withUnsafeBytes { running.update($0) }
    var options = ImageWriter.Options()
    options.checksum = ImageChecksum(.sha256, hex: running.hex)
    let withheld = try await ImageWriter.write(source, to: descriptor, facts: facts, options: options)
    #expect(withheld.summary.imageBytes == UInt64(image.count))

    func read(_ offset: Int, _ count: Int) throws -> ArraySlice<UInt8> {
        try Descriptor.open(path, O_RDONLY).readBytes(count: count, at: UInt64(offset))[...]
    }
    #expect(try consists(read(0, 1 << 20), of: 0))
    let tail = 128 * 128 + sectorSize
    #expect(try consists(read(Int(size) - tail, tail), of: 0))
    #expect(try areEqual(read(rootStart, image.count), image[...]))
    #expect(try Array(read(1 << 20, 1 << 20)).prefix(3).elementsEqual([0xeb, 0x58, 0x90]))
    // What a program is shown before the seal is the same as what is sealed.
    #expect(withheld.ends.head.count == 1 << 20)

    try withheld.seal(on: descriptor)
    #expect(try areEqual(read(0, 1 << 20), withheld.ends.head[...]))
    #expect(try areEqual(read(rootStart, image.count), image[...]))
    let table = try PartitionTable.read(imageHead: Array(try read(0, 1 << 20)), sectorSize: sectorSize)
    guard case .gpt(let gpt) = table else {
        Issue.record("no GPT")
        return
    }
    #expect(gpt.entries.map(\.type) == [.efiSystem, Architecture.current.rootPartitionType])
    #expect(gpt.partitions.map(\.firstByte) == [1 << 20, rootStart])
    #expect(gpt.partitions.map(\.byteCount) == [512 << 20, image.count])
    #expect(gpt.imageSizeInBytes == Int(size))
    #expect(try Array(read(gpt.backup.offset, gpt.backup.bytes.count)) == gpt.backup.bytes)
    // It has room to grow.
    _ = try PartitionTable.gpt(gpt).growing(2, toDiskSectors: Int(size) / sectorSize)
}

/// A sparse file that is gone with its last owner.
private final class SparseDisk {
    let path = "/var/tmp/martlet-disk-\(UUID().uuidString)"

    init(bytes: UInt64) throws {
        try Files.write([], to: path)
        try #require(truncate(path, off_t(bytes)) == 0)
    }

    deinit {
        unlink(path)
    }

    func bytes(_ offset: UInt64, _ count: Int) throws -> [UInt8] {
        try Descriptor.open(path, O_RDONLY).readBytes(count: count, at: offset)
    }
}

/// Images that mkfs makes.
private enum BareFileSystem {
    static func ext4(blockSize: Int = 1024) throws -> [UInt8] {
        let file = try TemporaryFile([])
        try #require(truncate(file.path, 20 << 20) == 0)
        try run("mkfs.ext4", "-q", "-F", "-b", "\(blockSize)", file.path)
        return try file.contents
    }

    static func run(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(arguments)")
    }
}
