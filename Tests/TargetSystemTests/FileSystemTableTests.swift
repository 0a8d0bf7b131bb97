import Testing

@testable import TargetSystem

@Suite struct `Installed file system tables` {
    static let partitions = [
        TargetPartition(
            number: 1, devicePath: "/dev/vdb1", partitionUUID: "AAAA-1", partitionLabel: "esp",
            fileSystem: FileSystemIdentity(type: "vfat", label: "EFI", uuid: "ABCD-1234")),
        TargetPartition(
            number: 2, devicePath: "/dev/vdb2", partitionUUID: "bbbb-2", partitionLabel: "boot part",
            fileSystem: FileSystemIdentity(type: "ext4", label: "my boot", uuid: "8f9c")),
    ]

    @Test func `lines are read as fstab(5) says`() {
        let text = """
            # a comment
            UUID=8f9c /boot/ ext4 defaults,nofail 0 2
            LABEL=my\\040boot\t/mnt/a\\011b  ext4
            \t/dev/sda1 none swap sw 0 0
            short /x
            UUID=9 / btrfs rw,subvol=@,compress=zstd 0 0\r
            """
        let entries = FileSystemTableEntry.parse(text)
        #expect(entries.map(\.source) == ["UUID=8f9c", "LABEL=my boot", "UUID=9"])
        #expect(entries.map(\.mountPoint) == ["/boot", "/mnt/a\tb", "/"])
        #expect(entries.map(\.isOptional) == [true, false, false])
        #expect(entries.map(\.subvolume) == [nil, nil, "subvol=@"])
    }

    @Test(arguments: [
        ("UUID=8F9C", 2), ("UUID=\"8f9c\"", 2), ("uuid=abcd-1234", 1), ("LABEL=my\\040boot", 2), ("LABEL=other", nil),
        ("PARTUUID=aaaa-1", 1), ("PARTUUID=BBBB-2", 2), ("PARTLABEL=esp", 1), ("/dev/disk/by-uuid/ABCD-1234", 1),
        ("/dev/disk/by-label/EFI", 1), ("/dev/disk/by-partuuid/bbbb-2", 2), ("/dev/disk/by-partlabel/esp", 1),
        ("/dev/sda2", 2), ("/dev/nvme0n1p1", 1), ("/dev/mmcblk0p2", 2), ("/dev/sda", nil), ("/dev/nvme0n1", nil),
        ("/dev/md2", nil), ("/dev/mapper/vg-root2", nil), ("/dev/sda7", nil), ("tmpfs", nil), ("/dev/vda1", 1),
    ])
    func `a source names a partition of this disk, or none`(source: String, number: Int?) {
        let entries = FileSystemTableEntry.parse("\(source) /boot auto defaults 0 0")
        #expect(entries.count == 1)
        #expect(entries.first?.partition(among: Self.partitions)?.number == number)
    }

    @Test func `no text makes it fail`() {
        for text in ["", "\\", "a b", "\\999 /b c", "\\04 / x", "= / x", "UUID= / x", "\" /\" \"", "/dev/ / x"] {
            for entry in FileSystemTableEntry.parse(text) {
                #expect(entry.partition(among: Self.partitions) == nil)
            }
        }
    }
}

@Suite struct `Installed os-release` {
    @Test func `quotes and escapes are undone`() {
        let release = OSRelease(
            """
            PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
            # ID=other
            ID=debian
            VARIANT='a "b"'
            X="\\"q\\" \\$y"
            EVIL="\u{1b}[2Jx"
            """)
        #expect(release.prettyName == "Debian GNU/Linux 12 (bookworm)")
        #expect(release.identifier == "debian")
        #expect(release.values["VARIANT"] == "a \"b\"")
        #expect(release.values["X"] == "\"q\" $y")
        #expect(release.values["EVIL"] == "[2Jx")
        #expect(OSRelease("").identifier == "linux")
    }
}
