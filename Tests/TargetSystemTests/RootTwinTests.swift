import Testing

@testable import TargetSystem

@Suite struct RootTwinTests {
    private static let root = TargetPartition(
        number: 1, devicePath: "/dev/sda1", partitionUUID: "1B0B0B4E-0000-4000-8000-000000000001",
        fileSystem: FileSystemIdentity(type: "ext4", label: "root", uuid: "aaaa-01"))

    private func other(_ uuid: String, _ label: String, _ partitionUUID: String = "") -> TargetPartition {
        TargetPartition(
            number: 2, devicePath: "/dev/sdb2", partitionUUID: partitionUUID,
            fileSystem: FileSystemIdentity(type: "xfs", label: label, uuid: uuid))
    }

    @Test func eachNameOfTheRootIsLookedFor() {
        let twins = Self.root.twins(among: [
            other("AAAA-01", "data"), other("bbbb", "root"), other("cccc", "", "1b0b0b4e-0000-4000-8000-000000000001"),
            other("aaaa-01", "root"),
        ])
        #expect(
            twins.map(\.names) == [
                ["UUID=aaaa-01"], ["LABEL=root"], ["PARTUUID=1b0b0b4e-0000-4000-8000-000000000001"],
                ["UUID=aaaa-01", "LABEL=root"],
            ])
        #expect(
            AmbiguousRoot(root: "/dev/sda1", twins: Array(twins.prefix(1))).description.hasSuffix(
                "/dev/sdb2 (UUID=aaaa-01)"))
    }

    @Test func whatIsEmptyOrDiffersIsNoName() {
        let nameless = TargetPartition(
            number: 1, devicePath: "/dev/sda1", fileSystem: FileSystemIdentity(type: "ext4"))
        #expect(nameless.twins(among: [other("", ""), nameless]) == [])
        #expect(Self.root.twins(among: [other("bbbb", "Root"), other("", "")]) == [])
        #expect(Self.root.twins(among: [TargetPartition(number: 1, devicePath: "/dev/sdb1")]) == [])
    }
}
