import BootEntries
import Testing

@Suite struct `GRUB configurations of distributions` {
    static let debianRoot = BootDevice.fileSystemUUID("8f9c1c1e-5d3f-4f0c-9a57-2f6f6d2c8a11")
    static let debianArguments = "root=UUID=8f9c1c1e-5d3f-4f0c-9a57-2f6f6d2c8a11 ro"

    @Test func `Debian boots its first entry, from the file system that it searches for`() throws {
        let entry = try defaultEntry(try MemoryFileSystem.fixture("debian12.cfg"))
        #expect(entry.title == "Debian GNU/Linux")
        #expect(entry.kernel == BootPath(device: Self.debianRoot, path: "/boot/vmlinuz-6.1.0-35-cloud-amd64"))
        #expect(entry.initrds == [BootPath(device: Self.debianRoot, path: "/boot/initrd.img-6.1.0-35-cloud-amd64")])
        #expect(entry.arguments == Self.debianArguments + " quiet")
        #expect(entry.notes.isEmpty)
    }

    static let choices: [(environment: [String: String], kernel: String, suffix: String)] = [
        ([:], "6.1.0-35", " quiet"),
        (["next_entry": "1>2"], "6.1.0-9", " quiet"),
        (["next_entry": "1>3"], "6.1.0-9", " single"),
        (["next_entry": "1"], "6.1.0-35", " quiet"),
        (["next_entry": "Advanced options for Debian GNU/Linux>1"], "6.1.0-35", " single"),
        (
            [
                "next_entry": "gnulinux-advanced-8f9c1c1e-5d3f-4f0c-9a57-2f6f6d2c8a11>"
                    + "gnulinux-6.1.0-9-cloud-amd64-advanced-8f9c1c1e-5d3f-4f0c-9a57-2f6f6d2c8a11"
            ], "6.1.0-9", " quiet"
        ),
        (["next_entry": "no such entry"], "6.1.0-35", " quiet"),
        (["next_entry": "7"], "6.1.0-35", " quiet"),
    ]

    @Test(arguments: choices)
    func `Debian follows next_entry into submenus`(
        choice: (environment: [String: String], kernel: String, suffix: String)
    ) throws {
        let entry = try defaultEntry(
            try MemoryFileSystem.fixture("debian12.cfg"),
            ["/boot/grub/grubenv": environmentBlock(choice.environment)])
        #expect(entry.kernel.path == "/boot/vmlinuz-\(choice.kernel)-cloud-amd64")
        #expect(entry.initrds.map(\.path) == ["/boot/initrd.img-\(choice.kernel)-cloud-amd64"])
        #expect(entry.arguments == Self.debianArguments + choice.suffix)
    }

    @Test func `Debian's custom.cfg takes part`() throws {
        let custom = "set default=mine\nmenuentry Own --id mine { linux /k a=1; initrd /i }"
        let entry = try defaultEntry(
            try MemoryFileSystem.fixture("debian12.cfg"), ["/boot/grub/custom.cfg": custom])
        #expect(entry.kernel.path == "/k")
        #expect(entry.title == "Own")
    }

    @Test func `an Ubuntu cloud image boots without an initial RAM disk, as its GRUB would`() throws {
        let entry = try defaultEntry(try MemoryFileSystem.fixture("ubuntu2204.cfg"))
        #expect(entry.kernel.path == "/boot/vmlinuz-5.15.0-1019-kvm")
        #expect(entry.initrds.isEmpty)
        #expect(
            entry.arguments == "root=PARTUUID=2ab1f9d4-65a5-4b1e-8f6b-40c31d5c5a10 ro console=tty1 console=ttyS0 "
                + "vt.handoff=7 panic=-1")
    }

    @Test func `Ubuntu takes the other branch after a boot without an initial RAM disk failed`() throws {
        let entry = try defaultEntry(
            try MemoryFileSystem.fixture("ubuntu2204.cfg"),
            ["/boot/grub/grubenv": environmentBlock(["initrdfail": "1"])])
        #expect(entry.initrds.map(\.path) == ["/boot/initrd.img-5.15.0-1019-kvm"])
        #expect(!entry.arguments.contains("panic"))
    }

    @Test func `several initial RAM disks keep their order`() throws {
        let entry = try defaultEntry(
            try MemoryFileSystem.fixture("ubuntu2204.cfg"),
            ["/boot/grub/grubenv": environmentBlock(["next_entry": "1>0"])])
        #expect(entry.initrds.map(\.path) == ["/boot/microcode.cpio", "/boot/initrd.img-5.15.0-1019-kvm"])
    }

    @Test func `Ubuntu's stub on the EFI system partition leads to the real configuration`() throws {
        let stub = BootPath(device: .partition(15), path: "/EFI/ubuntu/grub.cfg")
        let files = MemoryFileSystem([
            "(gpt15)/EFI/ubuntu/grub.cfg": """
            search.fs_uuid 7d2e8a8e-1c0d-4d0a-93c9-6a9d52a8f001 root hd0,gpt1
            set prefix=($root)'/boot/grub'
            configfile $prefix/grub.cfg
            """,
            "(uuid=7d2e8a8e-1c0d-4d0a-93c9-6a9d52a8f001)/boot/grub/grub.cfg":
                try MemoryFileSystem.fixture("ubuntu2204.cfg"),
        ])
        let entry = try GRUBConfiguration.defaultEntry(of: stub, files: files)
        #expect(entry.kernel.device == .fileSystemUUID("7d2e8a8e-1c0d-4d0a-93c9-6a9d52a8f001"))
        #expect(entry.title == "Ubuntu")
    }

    static let machine = "6a9857a393724b7a981ebb5b8495b9ea"

    static func redHat(_ environment: [String: String]) throws -> MemoryFileSystem {
        func entry(_ version: String, _ options: String) -> String {
            """
            title Red Hat Enterprise Linux (\(version)) 9.4 (Plow)
            version \(version)
            linux /vmlinuz-\(version)
            initrd /initramfs-\(version).img $tuned_initrd
            options \(options)
            grub_users $grub_users
            grub_arg --unrestricted
            grub_class rhel
            """
        }
        return MemoryFileSystem([
            "/grub2/grub.cfg": try MemoryFileSystem.fixture("rhel9.cfg"),
            "/grub2/grubenv": environmentBlock(environment),
            "/loader/entries/\(machine)-5.14.0-427.9.1.el9_4.x86_64.conf":
                entry("5.14.0-427.9.1.el9_4.x86_64", "root=UUID=c1a4 ro rhgb $tuned_params"),
            "/loader/entries/\(machine)-5.14.0-427.13.1.el9_4.x86_64.conf":
                entry("5.14.0-427.13.1.el9_4.x86_64", "$kernelopts $tuned_params"),
            "/loader/entries/\(machine)-0-rescue.conf": entry("0-rescue", "$kernelopts"),
        ])
    }

    @Test func `Red Hat boots the newest loader entry, on the separate boot file system, with its variables`() throws {
        let path = BootPath(device: nil, path: "/grub2/grub.cfg")
        let entry = try GRUBConfiguration.defaultEntry(of: path, files: try Self.redHat([:]))
        let boot = BootDevice.fileSystemUUID("0a5d8de1-65c3-4ecf-b1c1-a2f0a0a8b003")
        #expect(entry.kernel == BootPath(device: boot, path: "/vmlinuz-5.14.0-427.13.1.el9_4.x86_64"))
        #expect(
            entry.initrds == [
                BootPath(device: boot, path: "/initramfs-5.14.0-427.13.1.el9_4.x86_64.img"),
                BootPath(device: boot, path: "/tuned-initrd.img"),
            ])
        #expect(
            entry.arguments == "root=UUID=c1a41cde-0000-4a55-9b1d-5d6f0e6c7f30 ro console=ttyS0,115200n8 "
                + "no_timer_check skew_tick=1 isolcpus=managed_irq,domain,2-7")
    }

    @Test func `Red Hat boots saved_entry, and kernelopts of grubenv win`() throws {
        let path = BootPath(device: nil, path: "/grub2/grub.cfg")
        let saved = "\(Self.machine)-5.14.0-427.9.1.el9_4.x86_64"
        let entry = try GRUBConfiguration.defaultEntry(of: path, files: try Self.redHat(["saved_entry": saved]))
        #expect(entry.identifier == saved)
        #expect(entry.arguments.hasPrefix("root=UUID=c1a4 ro rhgb skew_tick=1"))
        let other = try GRUBConfiguration.defaultEntry(of: path, files: try Self.redHat(["kernelopts": "root=/x ro"]))
        #expect(other.arguments.hasPrefix("root=/x ro skew_tick=1"))
    }

    @Test func `Red Hat counts failed boots down to the second entry`() throws {
        let path = BootPath(device: nil, path: "/grub2/grub.cfg")
        let counting = try Self.redHat(["boot_counter": "0", "boot_success": "0"])
        #expect(
            try GRUBConfiguration.defaultEntry(of: path, files: counting).kernel.path
                == "/vmlinuz-5.14.0-427.9.1.el9_4.x86_64")
    }

    @Test func `SUSE boots saved_entry by title, and quotes an argument with blanks`() throws {
        let script = try MemoryFileSystem.fixture("sles15.cfg")
        let entry = try defaultEntry(script)
        #expect(
            entry.arguments == "root=UUID=3a4b5c6d-88f0-4f19-9f8f-3f3a50a7c002 splash=silent mitigations=auto "
                + "\"dyndbg=file drivers/net/* +p\"")
        let title = "Advanced options for SLES 15-SP5>SLES 15-SP5, with Linux 5.14.21-150500.53-default"
        let saved = try defaultEntry(script, ["/boot/grub/grubenv": environmentBlock(["saved_entry": title])])
        #expect(saved.kernel.path == "/boot/vmlinuz-5.14.21-150500.53-default")
    }
}
