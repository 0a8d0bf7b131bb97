import Diagnostics
import QCOW2
import Testing

@Suite struct QCOW2HeaderTests {
    private func header(_ bytes: [UInt8]) throws -> QCOW2Header {
        try QCOW2Header(head: Array(bytes.prefix(QCOW2Header.headLength)), fileLength: UInt64(bytes.count))
    }

    @Test func theHeadersOfQEMUAreRead() throws {
        let folder = try ImageFolder()
        try folder.run("qemu-img", "create", "-f", "qcow2", "-o", "compat=0.10", "old", "3T")
        let old = try header(folder.read("old"))
        #expect(old.version == 2 && old.virtualSize == 3 << 40 && old.clusterSize == 65536 && !old.hasSubclusters)
        #expect(old.compression == .deflate && old.snapshotCount == 0 && old.l1Table.count == 6144 * 8)
        try folder.run(
            "qemu-img", "create", "-f", "qcow2", "-o", "compression_type=zstd,extended_l2=on,cluster_size=128k", "new",
            "5G")
        let new = try header(folder.read("new"))
        #expect(new.version == 3 && new.virtualSize == 5 << 30 && new.unit == 4096 && new.compression == .zstd)
        try folder.run("qemu-img", "snapshot", "-c", "one", "new")
        #expect(try header(folder.read("new")).snapshotCount == 1)
    }

    /// What `qemu-img create` makes and what is wrong with it.
    static let refused: [(String, QCOW2Refusal)] = [
        ("-b base -F raw", .backingFile("base")),
        ("-o data_file=data 1M", .externalDataFile),
        ("--object secret,id=s,data=abc -o encrypt.format=aes,encrypt.key-secret=s 1M", .encrypted),
    ]

    @Test(arguments: refused) func imagesThatAreNotWholeAreRefused(options: String, refusal: QCOW2Refusal) throws {
        let folder = try ImageFolder()
        try folder.run("sh", "-c", "truncate -s 1M base && qemu-img create -q -f qcow2 image \(options)")
        let bytes = try folder.read("image")
        #expect(throws: refusal) { try header(bytes) }
        #expect(refusal.advice.contains("qemu-img convert"))
    }

    @Test func theImageOfADiskWithoutBytesIsRead() throws {
        let folder = try ImageFolder()
        try folder.run("qemu-img", "create", "-f", "qcow2", "image", "0")
        let file = try folder.read("image")
        #expect(try header(file).virtualSize == 0)
        #expect(ClusterMap(try header(file), fileLength: nil).isComplete)
    }

    @Test func flagsThatForbidReadingAreRefused() throws {
        var corrupt = TinyImage()
        corrupt.set(72, UInt64(1 << 1))
        #expect(throws: QCOW2Refusal.markedCorrupt) { try header(corrupt.bytes) }
        var dirty = TinyImage()
        dirty.set(72, UInt64(1))
        #expect(throws: Never.self) { try header(dirty.bytes) }
        var unknown = TinyImage()
        unknown.set(72, UInt64(1 << 5))
        #expect(throws: QCOW2Refusal.unknownFeature(bit: 5, name: "")) { try header(unknown.bytes) }
        let name = [0, 5] + Array("holograms".utf8)
        unknown.setExtension(0x6803_f857, name + [UInt8](repeating: 0, count: 48 - name.count))
        #expect(throws: QCOW2Refusal.unknownFeature(bit: 5, name: "holograms")) { try header(unknown.bytes) }
        var luks = TinyImage()
        luks.set(32, UInt32(2))
        #expect(throws: QCOW2Refusal.encrypted) { try header(luks.bytes) }
        var compression = TinyImage()
        compression.set(72, UInt64(1 << 3))
        compression.set(104, UInt8(2))
        #expect(throws: QCOW2Refusal.unknownCompression(2)) { try header(compression.bytes) }
    }

    /// A field's offset and a value that cannot be.
    static let impossible: [(Int, UInt32)] = [
        (4, 1), (4, 4), (20, 8), (20, 22), (20, .max), (24, .max), (36, 0), (36, .max), (40, .max), (44, 512), (44, 0),
        (44, 8 << 16), (100, 103), (100, 0), (100, .max), (116, .max),
    ]

    @Test(arguments: impossible) func fieldsThatCannotBeAreRefused(offset: Int, value: UInt32) {
        var image = TinyImage()
        image.setExtension(1, [])
        image.set(offset, value)
        #expect(throws: QCOW2Refusal.self) { try header(image.bytes) }
    }

    @Test func aHeaderThatIsCutOffIsRefused() throws {
        let bytes = TinyImage().bytes
        for length in 0..<104 {
            #expect(throws: QCOW2Refusal.self) {
                try QCOW2Header(head: Array(bytes.prefix(length)), fileLength: nil)
            }
        }
    }
}
