import DiskImages
import ImageSources
import ImageStreaming
import Testing

private let diskSize: UInt64 = 16 << 20
private let disk = TestImage.gpt()

/// What other tools make of a disk: refused, with a command that works.
@Suite(.serialized) struct ForeignFormatTests {
    private static let converted = [
        "-O vmdk", "-O vmdk -o subformat=streamOptimized", "-O vpc", "-O vhdx", "-O vhdx -o subformat=fixed", "-O vdi",
    ]

    @Test(arguments: converted) func theCommandInTheRefusalMakesTheDisk(options: String) async throws {
        let directory = try TemporaryDirectory()
        _ = try directory.write(disk.bytes, to: "raw")
        try directory.shell("qemu-img convert -f raw \(options) raw IMAGE; zstd -q -1 IMAGE -o packed")
        for name in ["IMAGE", "packed"] {
            let refusal = try await refusal(of: "\(directory.path)/\(name)")
            let command = try #require(refusal.advice.split(separator: ": ", maxSplits: 1).last)
            try directory.shell("rm -f disk.raw*; \(command)")
            // Some formats hold whole blocks only.
            let made = try directory.shell(
                "zstd -dq disk.raw.zst -o made; cmp -n \(disk.bytes.count) raw made; rm made")
            #expect(made.isEmpty, "\(command)")
        }
    }

    /// Only its end tells it from a raw disk: where that cannot be looked at first, nothing of it boots.
    @Test func aFixedVHDIsRefused() async throws {
        let directory = try TemporaryDirectory()
        _ = try directory.write(disk.bytes, to: "raw")
        try directory.shell(
            "qemu-img convert -f raw -O vpc -o subformat=fixed,force_size=on raw IMAGE; zstd -q -1 IMAGE -o packed")
        let refusal = try await refusal(of: "\(directory.path)/IMAGE")
        #expect(refusal == DiskImageRefusal(format: .vhd))
        let command = try #require(refusal.advice.split(separator: ": ", maxSplits: 1).last)
        try directory.shell("\(command)")
        #expect(try directory.shell("zstd -dqc disk.raw.zst | cmp raw -").isEmpty)

        let source = FileImageSource("\(directory.path)/packed")
        let target = try TemporaryFile([UInt8](repeating: 0xaa, count: Int(diskSize)))
        let facts = try await ImagePreflight.inspect(source, diskSize: diskSize, logicalSectorSize: 512)
        await #expect(throws: DiskImageRefusal(format: .vhd)) {
            try await ImageWriter.write(source, to: target.open(), facts: facts)
        }
        #expect(consists(try target.contents[..<TestImage.headLength], of: 0))
    }

    @Test(arguments: [
        (
            "mkdir d; cp raw d; xorriso -as mkisofs -quiet -o IMAGE d 2>&1", "a CD or DVD image (ISO 9660)",
            "install from it"
        ),
        ("truncate -s 8M IMAGE; mkfs.ext4 -q IMAGE", "a bare ext4 file system", "set IMAGE_MODE=partition"),
        ("truncate -s 40M IMAGE; mkfs.vfat IMAGE > log", "a bare", "sgdisk -n 1:1MiB:0 disk.raw"),
        ("tar -cf IMAGE raw", "a tar file", "tar -xf IMAGE"), ("tar -czf IMAGE raw", "a tar file", "tar -xf IMAGE"),
        ("gzip -1c raw | zstd -q > IMAGE", "compressed twice (gzip is inside)", "gzip -dc IMAGE"),
        ("head -c 2M /dev/zero > IMAGE", "without an MBR or GPT signature", "sgdisk -p IMAGE"),
    ])
    func whatIsNoDiskIsRefusedWithWhatToDo(command: String, what: String, advice: String) async throws {
        let directory = try TemporaryDirectory()
        _ = try directory.write(disk.bytes, to: "raw")
        try directory.shell("PATH=$PATH:/usr/sbin; \(command)")
        let refusal = try await refusal(of: directory.path + "/IMAGE")
        #expect(refusal.description.hasPrefix("the image is \(what)"), "\(refusal.description)")
        #expect(refusal.advice.contains(advice), "\(refusal.advice)")
    }

    /// A gigabyte of zeros, or of something else, behind a disk of 12 MiB.
    @Test(.timeLimit(.minutes(1)), arguments: ["zstd -q -1", "lz4 -q -1"], ["", " | tr '\\0' x"])
    func aBombEndsWhereTheDiskDoes(packer: String, filling: String) async throws {
        let directory = try TemporaryDirectory()
        _ = try directory.write(disk.bytes, to: "raw")
        try directory.shell("{ cat raw; head -c 1G /dev/zero\(filling); } | \(packer) > bomb")
        let source = FileImageSource(directory.path + "/bomb")
        let target = try TemporaryFile([UInt8](repeating: 0xaa, count: Int(diskSize)))
        let facts = try await ImagePreflight.inspect(source, diskSize: diskSize, logicalSectorSize: 512)
        let error = await #expect(throws: ImageWriteError.self) {
            try await ImageWriter.write(source, to: target.open(), facts: facts)
        }
        guard case .diskTooSmall = error else { throw try #require(error) }
        #expect(consists(try target.contents[..<TestImage.headLength], of: 0))
    }

    private func refusal(of path: String) async throws -> DiskImageRefusal {
        let error = await #expect(throws: DiskImageRefusal.self) {
            try await ImagePreflight.inspect(FileImageSource(path), diskSize: 64 << 20, logicalSectorSize: 512)
        }
        return try #require(error)
    }
}
