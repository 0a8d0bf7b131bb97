import DiskImages
import Foundation
import ImageSources
import ImageStreaming
import LinuxSystem
import Testing

private let diskSize: UInt64 = 16 << 20
private let gpt = TestImage.gpt()

/// Bytes that come as the layer of a registry's image does.
private struct LayerSource: ImageSource {
    let bytes: [UInt8]
    /// How many of them were read.
    let seen = Monitor(0)
    let name = "oci://r.example/os"
    func makeStream() -> any ImageStream { Stream(OneWaySource(bytes: bytes).makeStream(), name, seen) }

    private final class Stream: ImageStream {
        private let inner: any ImageStream
        private let name: String
        private let seen: Monitor<Int>
        var isLayer: Bool { true }

        init(_ inner: any ImageStream, _ name: String, _ seen: Monitor<Int>) {
            self.inner = inner
            self.name = name
            self.seen = seen
        }

        func open() throws -> ImageOrigin { ImageOrigin(name: name, length: try inner.open().length) }

        func withNextChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Bool {
            try inner.withNextChunk { chunk in
                seen.update { $0 += chunk.count }
                try body(chunk)
            }
        }

        func cancel() {}
        func close() {}
    }
}

/// A tar archive of what a script leaves behind in its directory, where `$disk` is a file with these bytes.
private func archive(_ disk: [UInt8], _ script: String) throws -> [UInt8] {
    let file = try TemporaryFile(disk)
    let output = try TemporaryFile([])
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = [
        "-ec", "dir=$(mktemp -d); cd $dir; disk=\(file.path); \(script) > \(output.path); rm -r $dir",
    ]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(script)")
    return try output.contents
}

private func check(_ bytes: [UInt8]) async throws {
    let target = try TemporaryFile([UInt8](repeating: 0xaa, count: Int(diskSize)))
    try await checkSealing(gpt, source: LayerSource(bytes: bytes), target: target.open()) { try target.contents }
}

@Suite(.serialized) struct LayerTests {
    @Test func aLayerThatIsTheDiskIsWritten() async throws {
        try await check(gpt.bytes)
        try await check(zstd(gpt.bytes))
        try await check(qcow2(gpt.bytes, "-c"))
    }

    @Test(arguments: [
        "cp $disk disk.img; tar -c disk.img", "cp $disk disk.img; tar -cz disk.img",
        "mkdir disk; cp $disk disk/disk.img; tar -c --format=pax disk | zstd -q -c",
        "cp $disk disk.img; zstd -q disk.img; tar -c disk.img.zst | gzip",
        "qemu-img convert -f raw -O qcow2 -c $disk disk.qcow2; tar -cz disk.qcow2",
    ])
    func aDiskInAnArchiveIsWritten(script: String) async throws {
        try await check(archive(gpt.bytes, script))
    }

    @Test(arguments: [
        (
            "mkdir bin; ln -s busybox bin/sh; tar -c bin",
            "a container, not a disk image: its archive begins with \"bin/sh\""
        ),
        ("echo a > etc; tar -c etc $disk 2>/dev/null", "its archive begins with \"etc\""),
        ("mkdir disk; tar -c disk", "holds no file"),
    ])
    func anArchiveWithoutADiskIsRefused(script: String, reason: String) async throws {
        let source = LayerSource(bytes: try archive(gpt.bytes, script))
        let error = await #expect(throws: (any Error).self) {
            try await ImagePreflight.inspect(source, diskSize: diskSize, logicalSectorSize: 512)
        }
        let text = error.map { String(describing: $0) } ?? ""
        #expect(text.contains("oci://r.example/os") && text.contains(reason), "\(text)")
    }

    @Test func aSecondFileLeavesNoDiskThatBoots() async throws {
        let bytes = try archive(gpt.bytes, "cp $disk a.img; cp $disk b.img; tar -c a.img b.img")
        let source = LayerSource(bytes: bytes)
        let target = try TemporaryFile([UInt8](repeating: 0xaa, count: Int(diskSize)))
        let facts = try await ImagePreflight.inspect(source, diskSize: diskSize, logicalSectorSize: 512)
        let error = await #expect(throws: (any Error).self) {
            try await ImageWriter.write(source, to: target.open(), facts: facts)
        }
        #expect(error.map { String(describing: $0) }?.contains("more than one disk image") == true)
        #expect(consists(try target.contents[..<TestImage.headLength], of: 0))
    }

    @Test func theCheckSumOfTheDownloadIsThatOfTheLayer() async throws {
        let bytes = try archive(gpt.bytes, "cp $disk disk.img; tar -cz disk.img")
        let wrong = try #require(ImageChecksum(.sha256, hex: String(repeating: "0", count: 64)))
        let sum = try await served(bytes, wrong)
        #expect(try await served(bytes, sum) == sum)
    }

    /// The check sum that a write finds.
    private func served(_ bytes: [UInt8], _ checksum: ImageChecksum) async throws -> ImageChecksum {
        let source = LayerSource(bytes: bytes)
        let target = try TemporaryFile([UInt8](repeating: 0xaa, count: Int(diskSize)))
        let facts = try await ImagePreflight.inspect(source, diskSize: diskSize, logicalSectorSize: 512)
        var options = ImageWriter.Options()
        options.downloadChecksum = checksum
        do {
            let table = try await ImageWriter.write(source, to: target.open(), facts: facts, options: options)
            return try #require(table.summary.verified.first)
        } catch ImageWriteError.checksumMismatch(_, let actual, asServed: true) {
            return try #require(ImageChecksum(.sha256, hex: actual))
        }
    }

    /// Nothing but its end proves a layer, so a qcow2 file, too, is read to there.
    @Test func aQCOW2FileIsReadToTheEndOfItsLayer() async throws {
        let source = LayerSource(bytes: try qcow2(gpt.bytes) + [UInt8](repeating: 0, count: 3 << 20))
        let target = try TemporaryFile([UInt8](repeating: 0xaa, count: Int(diskSize)))
        let facts = try await ImagePreflight.inspect(source, diskSize: diskSize, logicalSectorSize: 512)
        source.seen.update { $0 = 0 }
        _ = try await ImageWriter.write(source, to: target.open(), facts: facts)
        #expect(source.seen.update { $0 } == source.bytes.count)
    }
}
