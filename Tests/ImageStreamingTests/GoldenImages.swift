import Glibc
import ImageSources
import ImageStreaming
import LinuxSystem

/// A disk with real file systems in it, in a directory of its own, as a file `raw`; made once by the real tools.
final class GoldenDisk: Sendable {
    private static let made = Monitor<[String: GoldenDisk]>([:])

    let directory: TemporaryDirectory
    let size: UInt64
    /// The disk that the raw file makes, as a file beside it.
    var right: String { "\(directory.path)/right" }

    /// - Parameter kind: ext4, xfs or btrfs.
    static func of(_ kind: String) async throws -> GoldenDisk {
        if let known = made.update({ $0[kind] }) { return known }
        let disk = try GoldenDisk(kind)
        let target = try disk.emptyTarget()
        try await disk.write(FileImageSource("\(disk.directory.path)/raw"), to: target)
        try disk.directory.shell("mv \(target) right")
        made.update { $0[kind] = disk }
        return disk
    }

    private init(_ kind: String) throws {
        directory = try TemporaryDirectory()
        // Programs, libraries, random bytes, holes.
        let content = """
            mkdir -p tree/bin; cp /bin/bash /usr/bin/git /lib/x86_64-linux-gnu/libc.so.6 tree/bin
            head -c 3000000 /dev/urandom >tree/random; truncate -s 5M tree/hole; seq 200000 >tree/text
            truncate -s 4M esp; mkfs.vfat -n ESP esp >/dev/null; mcopy -i esp tree/text ::/TEXT
            """
        let root =
            switch kind {
            case "ext4": "truncate -s 30M root; mke2fs -q -F -t ext4 -d tree root"
            case "btrfs": "truncate -s 120M root; mkfs.btrfs -q --rootdir tree root"
            default:
                """
                truncate -s 304M root
                printf '/\\n0 0\\nd--755 0 0\\nbash ---755 0 0 tree/bin/bash\\nrandom ---644 0 0 tree/random\\n$\\n' >proto
                mkfs.xfs -q -p proto root
                """
            }
        try directory.shell(
            """
            export PATH=$PATH:/usr/sbin:/sbin
            \(content)
            \(root)
            sectors=$(($(stat -c %s root) / 512))
            truncate -s $((($(stat -c %s root) >> 20) + 6))M raw
            printf 'label: gpt\\nstart=2048,size=8192,type=U\\nstart=10240,size=%s,type=L\\n' $sectors | sfdisk -q raw
            dd if=esp of=raw bs=1M seek=1 conv=notrunc,sparse status=none
            dd if=root of=raw bs=1M seek=5 conv=notrunc,sparse status=none
            rm -r esp root tree
            """)
        size = UInt64(try directory.shell("stat -c %s raw").split(separator: "\n").first ?? "") ?? 0
    }

    /// A disk that is larger than the image, and full of something else where that does not take long.
    func emptyTarget() throws -> String {
        let path = "\(directory.path)/target-\(UInt64.random(in: 0...UInt64.max))"
        let size = size + 3 << 20
        if size < 64 << 20 {
            try Files.write([UInt8](repeating: 0xaa, count: Int(size)), to: path)
        } else {
            try Files.write([], to: path)
            try systemCall("truncate") { truncate(path, off_t(size)) }
        }
        return path
    }

    func write(_ source: any ImageSource, to path: String) async throws {
        let target = try Descriptor.open(path, O_RDWR)
        let facts = try await ImagePreflight.inspect(source, diskSize: size + 3 << 20, logicalSectorSize: 512)
        try await ImageWriter.write(source, to: target, facts: facts).seal(on: target)
    }
}
