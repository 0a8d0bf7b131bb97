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

    @Test(arguments: [
        ("auto", 4), ("type:C12A7328-F81F-11D2-BA4B-00A0C93EC93B", 1), ("partlabel:root-b", 3), ("number:2", 2),
        ("label:EFI", 1), ("uuid:abcd-1234", 1), ("uuid:22222222-BBBB", 3),
    ])
    func `exactly one partition fits`(text: String, number: Int) throws {
        let selector = try #require(RootSelector(text))
        #expect(try selector.root(among: Self.partitions, of: nil, architecture: .arm64).number == number)
    }

    @Test(arguments: [
        "auto", "label:ROOT", "label:none", "number:9", "partlabel:x", "uuid:99", "lv:a/b",
        "type:0fc63daf-8483-4772-8e79-3d69d8477de4",
    ])
    func `none or several is an error that lists all`(text: String) throws {
        let selector = try #require(RootSelector(text))
        let error = #expect(throws: TargetSystemError.self) {
            try selector.root(among: Self.partitions, of: nil, architecture: .x8664)
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
            of: table, devicePath: { $0 == 4 ? nil : "/dev/sda\($0)" },
            probe: { path in
                guard path == "/dev/sda2" else {
                    throw SystemCallError(call: "open", subject: path, errno: .ioError)
                }
                return FileSystemIdentity(type: "ext4")
            })
        #expect(partitions.map(\.number) == [1, 2])
        #expect(partitions.map(\.partitionLabel) == ["spare", "real"])
        #expect(partitions.map(\.fileSystem?.type) == [nil, "ext4"])
        let root = try RootSelector.automatic.root(among: partitions, of: table, architecture: .x8664)
        #expect(root.devicePath == "/dev/sda2")
    }
}
