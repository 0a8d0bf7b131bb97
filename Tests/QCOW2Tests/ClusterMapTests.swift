import QCOW2
import Testing

@Suite struct ClusterMapTests {
    /// Arguments of `qemu-img convert`.
    static let conversions: [[String]] = [
        ["-o", "compat=0.10"], ["-o", "compat=1.1"], ["-o", "cluster_size=512"], ["-o", "cluster_size=4k"],
        ["-o", "cluster_size=2M"], ["-o", "extended_l2=on"], ["-o", "extended_l2=on,cluster_size=16k"],
        ["-o", "preallocation=metadata"], ["-o", "preallocation=falloc"], ["-o", "lazy_refcounts=on"],
        ["-o", "refcount_bits=1"], ["-c"], ["-c", "-o", "compat=0.10"], ["-c", "-o", "compression_type=zstd"],
        ["-c", "-o", "compression_type=zstd,cluster_size=2M"], ["-c", "-o", "cluster_size=512"],
        ["-c", "-o", "extended_l2=on"], ["-W", "-m", "8"], ["-c", "-W", "-m", "8"], ["-S", "0"],
    ]

    @Test(arguments: conversions) func whatQEMUWritesIsReadInOnePass(options: [String]) throws {
        let folder = try ImageFolder()
        try folder.write(ImageFolder.disk, to: "disk")
        let script = "qemu-img convert -f raw -O qcow2 \(options.joined(separator: " ")) disk image"
        try folder.run("sh", "-c", script)
        let reading = try MapReading(folder.read("image"))
        #expect(reading.disk == ImageFolder.disk)
        #expect(reading.rewinds == 0)
    }

    /// Commands that change an image which lies there.
    static let changes: [(name: String, commands: String)] = [
        ("snapshot", "qemu-img snapshot -c s image; qemu-io -c 'write -P 7 2M 300k' -c 'discard 4M 1M' image"),
        ("grown", "qemu-img resize image 600G"),
        ("zeros", "qemu-io -c 'write -z 2M 1M' -c 'write -z -u 5M 128k' -c 'write -P 3 15000k 100k' image"),
        ("amended", "qemu-img amend -o compat=0.10 image"),
        ("bitmap", "qemu-img bitmap --add image b; qemu-io -c 'write -P 7 2M 300k' image"),
        ("shrunk", "qemu-img resize --shrink image 10M"),
        ("renamed", "qemu-img snapshot -c s image; qemu-img snapshot -a s image; qemu-img snapshot -d s image"),
    ]

    @Test(arguments: changes.indices, ["", "-o extended_l2=on"])
    func imagesThatWereWrittenToAreReadAsQEMUDoes(index: Int, options: String) throws {
        let change = Self.changes[index]
        if change.name == "amended", !options.isEmpty { return }
        let folder = try ImageFolder()
        try folder.write(ImageFolder.disk, to: "disk")
        try folder.run("sh", "-c", "qemu-img convert -f raw -O qcow2 \(options) disk image; \(change.commands)")
        let file = try folder.read("image")
        let length: UInt64 = 30 << 20
        try folder.run("sh", "-c", "qemu-img dd -O raw bs=1M count=30 if=image of=expected")
        let expected = try folder.read("expected")
        for tablesFirst in [false, true] {
            let reading = try MapReading(file, first: length, tablesFirst: tablesFirst)
            #expect(reading.disk == expected, "\(change.name) \(tablesFirst)")
        }
    }

    @Test func anEmptyImageIsZeros() throws {
        let folder = try ImageFolder()
        try folder.run("qemu-img", "create", "-f", "qcow2", "image", "3M")
        let reading = try MapReading(folder.read("image"))
        #expect(reading.disk == [UInt8](repeating: 0, count: 3 << 20))
        #expect(reading.needs == 1)
    }

    @Test func aPartOfTheDiskNeedsOnlyWhatMapsIt() throws {
        let folder = try ImageFolder()
        try folder.write(ImageFolder.disk, to: "disk")
        try folder.run(
            "qemu-img", "convert", "-f", "raw", "-O", "qcow2", "-o", "cluster_size=4k", "disk", "image")
        let reading = try MapReading(folder.read("image"), first: 1 << 20 | 512)
        #expect(reading.disk == Array(ImageFolder.disk.prefix(1 << 20 | 512)))
        #expect(reading.needs == 4)
    }

    @Test func aClusterOfTwoPlacesIsRefused() throws {
        var file = TinyImage()
        file.setEntry(0, 5 << 16)
        file.setEntry(1, 5 << 16)
        #expect(throws: QCOW2Refusal.self) { try MapReading(file.bytes) }
    }

    @Test func whatLiesOutsideOfTheFileIsRefused() throws {
        let length = UInt64(TinyImage().bytes.count)
        var table = TinyImage()
        table.setTable(length)
        #expect(throws: QCOW2Refusal.outside("a level-2 table", end: length + 65536, length: length)) {
            try MapReading(table.bytes)
        }
        var cluster = TinyImage()
        cluster.setEntry(3, length)
        #expect(throws: QCOW2Refusal.outside("a cluster", end: length + 65536, length: length)) {
            try MapReading(cluster.bytes)
        }
        var packed = TinyImage()
        packed.setEntry(3, 1 << 62 | length)
        #expect(throws: QCOW2Refusal.outside("a compressed cluster", end: length + 1, length: length)) {
            try MapReading(packed.bytes)
        }
    }

    @Test func placesBetweenClustersAreRefused() throws {
        var table = TinyImage()
        table.setTable(4 << 16 | 512)
        var cluster = TinyImage()
        cluster.setEntry(0, 5 << 16 | 512)
        for file in [table, cluster] { #expect(throws: QCOW2Refusal.self) { try MapReading(file.bytes) } }
    }

    @Test func subclustersThatContradictThemselvesAreRefused() throws {
        for (descriptor, bitmap) in [(5 << 16, 1 << 32 | 1), (0, 1)] as [(UInt64, UInt64)] {
            var file = TinyImage(hasSubclusters: true)
            file.setEntry(0, descriptor)
            file.setEntry(1, bitmap)
            #expect(throws: QCOW2Refusal.self) { try MapReading(file.bytes) }
        }
    }

    @Test func aSecondTableThatMapsTheSameIsNoLoop() throws {
        var file = TinyImage()
        file.setTable(TinyImage.l1Offset)
        // The level-1 table, read as a level-2 table, says that the first cluster lies in it.
        #expect(throws: Never.self) { try MapReading(file.bytes) }
    }
}
