import Testing

@testable import TargetSystem

@Suite struct `File system tables of systems that partitions were made around` {
    private static let made = MadePartitions(
        root: TargetPartition(
            number: 2, devicePath: "/dev/vda2", partitionUUID: "bbbb-2",
            fileSystem: FileSystemIdentity(type: "ext4", label: "cloud-root", uuid: "8f9c-1")),
        system: TargetPartition(
            number: 1, devicePath: "/dev/vda1", partitionUUID: "aaaa-1",
            fileSystem: FileSystemIdentity(type: "vfat", label: "ESP", uuid: "ABCD-1234")))
    private static let root = "UUID=8f9c-1 / ext4 defaults 0 1\n"
    private static let system = "UUID=ABCD-1234 /boot/efi vfat umask=0077,nofail 0 2\n"

    @Test(arguments: [
        ("", root + system),
        ("# nothing yet\n", "# nothing yet\n" + root + system),
        // What names the file system stays as it is.
        ("LABEL=cloud-root / ext4 discard 0 1\n", "LABEL=cloud-root / ext4 discard 0 1\n" + system),
        ("UUID=8F9C-1\t/\text4", "UUID=8F9C-1\t/\text4\n" + system),
        // What names the disk that the image came from does not; all else of the line stays.
        ("/dev/sda1  /  ext4  errors=remount-ro  0 1\n", "UUID=8f9c-1  /  ext4  errors=remount-ro  0 1\n" + system),
        ("/dev/vda2 / ext4\n", "UUID=8f9c-1 / ext4\n" + system),
        (
            "PARTUUID=0-1 / ext4 rw 0 1\nLABEL=UEFI /boot/efi vfat umask=0077 0 1\n",
            "UUID=8f9c-1 / ext4 rw 0 1\nUUID=ABCD-1234 /boot/efi vfat umask=0077 0 1\n"
        ),
        (
            root + "UUID=1-2 /efi vfat\nUUID=1-2 /boot/efi vfat\ntmpfs /tmp tmpfs\n",
            root + "UUID=ABCD-1234 /efi vfat\n# UUID=1-2 /boot/efi vfat\ntmpfs /tmp tmpfs\n"
        ),
    ])
    func `name both partitions by their UUIDs`(before: String, after: String) {
        #expect(Self.made.table(before) == after)
        #expect(Self.made.table(after) == after)
    }

    @Test func `say where the EFI system partition belongs`() {
        #expect(MadePartitions.systemPlace(in: "") == "/boot/efi")
        #expect(MadePartitions.systemPlace(in: "UUID=1 /efi vfat\n") == "/efi")
        #expect(MadePartitions.systemPlace(in: Self.root + Self.system) == "/boot/efi")
    }
}
