import HTTPTestKit
import ImageSources
import ImageStreaming
import LinuxSystem
import Testing

/// Images that the real tools made of real file systems, from a server to a disk, byte for byte.
@Suite(.serialized, .timeLimit(.minutes(5))) struct GoldenImageTests {
    /// Packs `raw` as `packed` and writes that.
    private func check(_ kind: String, _ command: String, hasRanges: Bool = true) async throws {
        let disk = try await GoldenDisk.of(kind)
        try disk.directory.shell("rm -f packed; \(command)")
        let image = FaultyImage(bytes: try disk.directory.read("packed"), hasRanges: hasRanges)
        let server = try FaultServer { _, request in image.answer(request) }
        let target = try disk.emptyTarget()
        try await disk.write(MirroredImageSource(locations: ["\(server.origin)/x"]), to: target)
        try disk.directory.shell("cmp \(target) right; rm \(target)")
    }

    @Test(arguments: [
        "cp raw packed", "zstd -q1 raw -o packed", "zstd -q -T2 -9 --rsyncable raw -o packed",
        "zstd -q -19 raw -o packed",
        "zstd -q3 --long=27 raw -o packed", "zstd -q --no-check raw -o packed", "cat raw | zstd -q >packed",
        "zstd -q --ultra -22 raw -o packed",
        "split -b 5M raw p.; for f in p.*; do zstd -qc $f >>packed; done; rm p.*",
        "split -b 5M raw p.; for f in p.*; do cat $f | zstd -qc >>packed; done; rm p.*",
    ])
    func rawAndZstd(command: String) async throws { try await check("ext4", command) }

    @Test(arguments: [
        "gzip -1c raw >packed", "gzip -9c raw >packed", "pigz -p2 -c raw >packed", "pigz -p2 -ic raw >packed",
        "pigz -p2 -c -b 1024 -R raw >packed", "split -b 7M raw p.; for f in p.*; do gzip -c $f >>packed; done; rm p.*",
    ])
    func gzip(command: String) async throws { try await check("ext4", command) }

    @Test(arguments: [
        "xz -T1 -1c raw >packed", "xz -T2 --block-size=4MiB -1c raw >packed", "xz -T2 -6c raw >packed",
        "xz -1c --check=crc32 raw >packed", "xz -1c --check=sha256 raw >packed", "xz -1c --check=none raw >packed",
        "split -b 9M raw p.; for f in p.*; do xz -1c $f >>packed; done; rm p.*",
    ])
    func xz(command: String) async throws { try await check("ext4", command) }

    @Test(arguments: [
        "lz4 -q1 raw packed", "lz4 -q9 raw packed", "lz4 -q -B4 -BD raw packed", "lz4 -q --content-size -BX raw packed",
        "lz4 -q --no-frame-crc raw packed", "split -b 6M raw p.; for f in p.*; do lz4 -qc $f >>packed; done; rm p.*",
        "bzip2 -1c raw >packed", "pbzip2 -p2 -c raw >packed", "lbzip2 -n2 -c raw >packed",
    ])
    func lz4AndBzip2(command: String) async throws { try await check("ext4", command) }

    @Test(arguments: [
        "", "-o compat=0.10", "-o cluster_size=4k", "-o cluster_size=2M", "-c", "-c -o compression_type=zstd",
        "-o extended_l2=on", "-o extended_l2=on,cluster_size=128k", "-o preallocation=metadata",
        "-o preallocation=falloc",
        "-o preallocation=full", "-o lazy_refcounts=on", "-o refcount_bits=1", "-S 0", "-c -o cluster_size=4k -m 4 -W",
        "-c -o cluster_size=2M,compression_type=zstd",
    ])
    func qcow2(options: String) async throws {
        try await check("ext4", "qemu-img convert -f raw -O qcow2 \(options) raw packed")
    }

    /// What qemu leaves behind that has worked in an image: a snapshot, zero clusters, discarded ones, a moved table.
    @Test(arguments: [
        "qemu-img snapshot -c one packed; qemu-io -f qcow2 -c 'write -P 7 20M 3M' -c 'write -P 9 9M 100k' packed",
        "qemu-io -f qcow2 -c 'write -z 8M 4M' -c 'write -zu 14M 2M' -c 'discard 20M 4M' packed",
        "qemu-img resize -q packed 8G; qemu-img resize -q --shrink packed 36M",
    ])
    func qcow2ThatWasUsed(change: String) async throws {
        let disk = try await GoldenDisk.of("ext4")
        try disk.directory.shell(
            """
            rm -f packed; qemu-img convert -f raw -O qcow2 raw packed; { \(change); } >used.log
            qemu-img convert -f qcow2 -O raw packed used.raw
            """)
        let right = try disk.emptyTarget()
        try await disk.write(FileImageSource("\(disk.directory.path)/used.raw"), to: right)
        let target = try disk.emptyTarget()
        let image = FaultyImage(bytes: try disk.directory.read("packed"))
        let server = try FaultServer { _, request in image.answer(request) }
        try await disk.write(MirroredImageSource(locations: ["\(server.origin)/x"]), to: target)
        try disk.directory.shell("cmp \(target) \(right); rm \(target) \(right)")
    }

    @Test(arguments: [
        "zstd -q1 -o packed", "gzip -1c >packed", "xz -1c >packed", "lz4 -q - packed", "bzip2 -1c >packed",
    ])
    func qcow2InAnother(command: String) async throws {
        let inner = "qemu-img convert -f raw -O qcow2 raw inner"
        try await check("ext4", "\(inner); cat inner | \(command); rm inner")
        try await check("ext4", "\(inner); cat inner | \(command); rm inner", hasRanges: false)
    }

    @Test(
        arguments: ["btrfs", "xfs"],
        [
            "zstd -q1 raw -o packed", "pigz -1 -p2 -c raw >packed", "xz -T2 -0c raw >packed",
            "qemu-img convert -c -f raw -O qcow2 -o compression_type=zstd raw packed",
        ])
    func otherFileSystems(kind: String, command: String) async throws { try await check(kind, command) }
}
