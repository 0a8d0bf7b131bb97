import DeployVars
import Glibc
import LinuxSystem
import PartitionTable
import Testing

@testable import TargetSystem

@Suite struct `Choosing the root` {
    private static let partitions = [
        partition(1, .efiSystem, "ESP", "vfat", "EFI", "ABCD-1234"),
        partition(2, .rootX8664, "root-a", "ext4", "ROOT", "11111111-aaaa"),
        partition(3, .rootX8664, "root-b", "ext4", "ROOT", "22222222-bbbb"),
        partition(4, .rootARM64, "arm", "xfs", "", "33333333-cccc"),
    ]

    private static func partition(
        _ number: Int, _ type: PartitionType, _ name: String, _ fileSystem: String, _ label: String, _ uuid: String
    ) -> TargetPartition {
        TargetPartition(
            number: number, devicePath: "/dev/sda\(number)", typeGUID: type.guid, partitionUUID: "p\(number)",
            partitionLabel: name, fileSystem: FileSystemIdentity(type: fileSystem, label: label, uuid: uuid))
    }

    /// None that looks: what it is asked for can be told without.
    private func search(_ partitions: [TargetPartition]) -> RootSearch {
        RootSearch(partitions, mountPoint: "/proc/no-mount-point", loadModule: noModules)
    }

    @Test(arguments: [
        ("auto", 4), ("type:C12A7328-F81F-11D2-BA4B-00A0C93EC93B", 1), ("partlabel:root-b", 3), ("number:2", 2),
        ("label:EFI", 1), ("uuid:abcd-1234", 1), ("uuid:22222222-BBBB", 3),
    ])
    func `exactly one partition fits`(text: String, number: Int) throws {
        let selector = try #require(RootSelector(text))
        #expect(try search(Self.partitions).root(for: selector, architecture: .arm64).number == number)
    }

    @Test(arguments: [
        "label:ROOT", "label:none", "number:9", "partlabel:x", "uuid:99", "lv:a/b",
        "type:0fc63daf-8483-4772-8e79-3d69d8477de4",
    ])
    func `none or several is an error that lists all`(text: String) throws {
        let selector = try #require(RootSelector(text))
        let error = #expect(throws: TargetSystemError.self) {
            try search(Self.partitions).root(for: selector, architecture: .x8664)
        }
        let message = try #require(error?.description)
        for partition in Self.partitions { #expect(message.contains(partition.devicePath)) }
        #expect(message.contains("ROOT_PARTITION=\(text)"))
    }

    @Test func `the error names what is on each partition, and control characters reach no console`() {
        let evil = TargetPartition(
            number: 1, devicePath: "/dev/sda1", typeGUID: PartitionType.efiSystem.guid, partitionLabel: "a\u{1b}[2J\nb")
        #expect(evil.description == "/dev/sda1 (type esp, partlabel a?[2J?b, no file system)")
        let error = TargetSystemError.noRoot(selector: "auto", matches: [], partitions: [])
        #expect(
            error.description
                == "cannot tell the installed system's root: no partition is what ROOT_PARTITION=auto asks "
                + "for; the disk's partitions are: none")
    }

    @Test func `partitions come from the table, and one hidden from discovery is not the root`() throws {
        let scratch = try Scratch()
        let image = "\(scratch.path)/disk"
        try run("truncate", "-s", "16M", image)
        try run(
            "sgdisk", "-n", "1:0:+1M", "-t", "1:8304", "-A", "1:set:63", "-c", "1:spare", "-n", "2:0:+1M", "-t",
            "2:8304",
            "-c", "2:real", "-n", "4:0:0", "-t", "4:ef00", image)
        let head = try Descriptor.open(image, O_RDONLY).readBytes(count: PartitionTable.usualHeadLength, at: 0)
        guard case .gpt(let table) = try PartitionTable.read(imageHead: head, sectorSize: 512) else {
            Issue.record("no GPT")
            return
        }
        let partitions = TargetPartition.all(
            of: try PartitionTable.gpt(table).partitions { _, _ in [] },
            devicePath: { $0 == 4 ? nil : "/dev/sda\($0)" },
            probe: { path in
                guard path == "/dev/sda2" else {
                    throw SystemCallError(call: "open", subject: path, errno: .ioError)
                }
                return FileSystemIdentity(type: "ext4")
            })
        #expect(partitions.map(\.number) == [1, 2])
        #expect(partitions.map(\.partitionLabel) == ["spare", "real"])
        #expect(partitions.map(\.fileSystem?.type) == [nil, "ext4"])
        let root = try search(partitions).root(for: .automatic, architecture: .x8664)
        #expect(root.devicePath == "/dev/sda2")
    }

    @Test func `a logical volume is found by its name, and by what an fstab calls it`() throws {
        let name = LogicalVolumeName(group: "tiny-vg", volume: "var-log")
        let volume = TargetPartition(
            number: 0, devicePath: "/dev/dm-1", fileSystem: FileSystemIdentity(type: "ext4", uuid: "4444"),
            logicalVolume: name)
        let all = Self.partitions + [volume]
        #expect(try search(all).root(for: .logicalVolume(group: "tiny-vg", volume: "var-log")) == volume)
        #expect(volume.description == "/dev/dm-1 (lv tiny-vg/var-log, ext4, uuid 4444)")
        for source in ["/dev/mapper/tiny--vg-var--log", "/dev/tiny-vg/var-log", "UUID=4444"] {
            let entry = try #require(FileSystemTableEntry.parse("\(source) /var/log ext4 defaults").first)
            #expect(entry.partition(among: all) == volume)
        }
        let other = try #require(FileSystemTableEntry.parse("/dev/mapper/tiny--vg-root / ext4 defaults").first)
        #expect(other.partition(among: all) == nil)
    }

    /// Each: arguments of sgdisk or lines of sfdisk, what ROOT_PARTITION asks for, whether there may be such a root.
    @Test(arguments: [
        ("sgdisk -n 1:0:+1M -t 1:8304", "auto", true), ("sgdisk -n 1:0:+1M -t 1:8305", "auto", false),
        ("sgdisk -n 1:0:+1M -t 1:8300", "auto", true), ("sgdisk -n 1:0:+1M -t 1:8e00", "auto", true),
        ("sgdisk -n 1:0:+1M -t 1:ef00 -n 2:0:+1M -t 2:8200", "auto", false),
        ("sgdisk -n 1:0:+1M -t 1:8300 -A 1:set:63", "auto", false),
        ("sgdisk -n 1:0:+1M -t 1:8300 -c 1:a", "partlabel:a", true),
        ("sgdisk -n 1:0:+1M -t 1:8300 -c 1:a", "partlabel:b", false),
        ("sgdisk -n 1:0:+1M -t 1:8300", "number:2", false), ("sgdisk -n 1:0:+1M -t 1:ef00", "lv:a/b", true),
        (",1M,83", "auto", true), (",1M,82;,1M,ef", "auto", false), (",1M,82;,4M,5", "auto", true),
        (",1M,83", "number:1", true), (",1M,83", "number:5", false), (",1M,83;,4M,5", "number:5", true),
        (",1M,83;,4M,5", "number:2", false), (",1M,83", "partlabel:a", false), (",1M,83", "uuid:1234", true),
    ])
    func `an image is refused before it is written when its table rules a root out`(
        making: String, text: String, isPossible: Bool
    ) throws {
        let scratch = try Scratch()
        let image = "\(scratch.path)/disk"
        try run("truncate", "-s", "16M", image)
        if making.hasPrefix("sgdisk") {
            try run("sh", "-c", "\(making) \(image)")
        } else {
            let lines = making.split(separator: ";").map { "echo \($0)" }.joined(separator: "; ")
            try run("sh", "-c", "(echo label: dos; \(lines)) | sfdisk -q \(image)")
        }
        let head = try Descriptor.open(image, O_RDONLY).readBytes(count: PartitionTable.usualHeadLength, at: 0)
        let table = try PartitionTable.read(imageHead: head, sectorSize: 512)
        let selector = try #require(RootSelector(text))
        if isPossible {
            try selector.checkPossible(in: table, architecture: .x8664)
        } else {
            let error = #expect(throws: TargetSystemError.self) {
                try selector.checkPossible(in: table, architecture: .x8664)
            }
            #expect(error?.description.contains("ROOT_PARTITION=\(text)") == true)
        }
    }
}
