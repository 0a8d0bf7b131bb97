import BootEntries
import Testing

@Suite struct `Boot Loader Specification entries` {
    @Test func `an entry's keys are read, and options and initrds may repeat`() {
        let entry = LoaderEntry(
            fileName: "debian-6.1.0-35+2-1.conf",
            text: """
                # written by kernel-install
                title      Debian GNU/Linux 12 (bookworm)
                version    6.1.0-35-amd64
                machine-id 6a9857a393724b7a981ebb5b8495b9ea
                sort-key\tdebian
                options    root=UUID=1 ro
                options    quiet\r
                linux      /6a98/6.1.0-35-amd64/linux
                initrd     /6a98/microcode
                initrd     /6a98/6.1.0-35-amd64/initrd.img
                """)
        #expect(entry.identifier == "debian-6.1.0-35")
        #expect(entry.title == "Debian GNU/Linux 12 (bookworm)")
        #expect(entry.sortKey == "debian")
        #expect(entry.options == "root=UUID=1 ro quiet")
        #expect(entry.kernel == "/6a98/6.1.0-35-amd64/linux")
        #expect(entry.initrds == ["/6a98/microcode", "/6a98/6.1.0-35-amd64/initrd.img"])
        #expect(!entry.isBad)
        #expect(LoaderEntry(fileName: "a+0-3.conf", text: "").isBad)
        #expect(LoaderEntry(fileName: "a+b.conf", text: "").identifier == "a+b")
    }

    private func files(_ configuration: String?) -> MemoryFileSystem {
        var files = [
            "/loader/entries/b-6.9.conf": "linux /old\noptions a",
            "/loader/entries/b-6.10.conf": "linux /new\ninitrd /i\noptions b",
            "/loader/entries/b-6.11+0.conf": "linux /failed",
            "/loader/entries/z.conf": "efi /shell.efi",
        ]
        files["/loader/loader.conf"] = configuration
        return MemoryFileSystem(files)
    }

    @Test(arguments: [
        (nil, "/new"), ("timeout 3", "/new"), ("default b-6.9*", "/old"), ("default b-6.9.conf", "/old"),
        ("default ?-6.9", "/old"), ("default @saved", "/new"), ("default nothing*", "/new"),
        ("default *****************9", "/old"),
    ])
    func `loader.conf's pattern chooses, else the newest entry that did not fail`(
        configuration: String?, kernel: String
    ) throws {
        let root = BootPath(device: .partition(1), path: "/")
        let entry = try LoaderEntries.defaultEntry(in: root, files: files(configuration))
        #expect(entry.kernel == BootPath(device: .partition(1), path: kernel))
    }

    @Test func `a directory without Linux entries is an error`() {
        #expect(throws: BootEntryError.self) {
            try LoaderEntries.defaultEntry(
                in: BootPath(device: nil, path: "/"), files: MemoryFileSystem(["/loader/entries/z.conf": "efi /x"]))
        }
    }
}

@Suite struct `Versions and kernels by file name` {
    /// Each is older than the next (examples of UAPI.10 and kernels of distributions).
    static let ascending = [
        "~1", "", "ab", "abb", "abc", "0001", "002", "12", "122", "122.9", "123~rc1", "123", "123-a", "123-a.1",
        "123-a1", "123-a1.1", "123-3", "123-3.1", "123^patch1", "123^1", "123.a-1", "123.1-1", "123a-1", "124",
    ]

    @Test func `versions are ordered as the specification lists them`() {
        for (index, left) in Self.ascending.enumerated() {
            for (other, right) in Self.ascending.enumerated() {
                let order = (index - other).signum()
                #expect(VersionOrder.compare(left, right) == order, "\(left) and \(right)")
            }
        }
    }

    @Test func `long runs of separators are compared`() {
        let dashes = String(repeating: "-", count: 100_000)
        #expect(VersionOrder.compare(dashes + "1", dashes + "2") == -1)
    }

    static let directories: [(names: [String], kernel: String?, initrd: String?)] = [
        (
            [
                "vmlinuz-6.1.0-9-amd64", "vmlinuz-6.1.0-10-amd64", "initrd.img-6.1.0-10-amd64",
                "initrd.img-6.1.0-9-amd64",
            ],
            "vmlinuz-6.1.0-10-amd64", "initrd.img-6.1.0-10-amd64"
        ),
        (
            ["vmlinuz-0-rescue-abc", "vmlinuz-5.14.0-1.el9.x86_64", "initramfs-5.14.0-1.el9.x86_64.img"],
            "vmlinuz-5.14.0-1.el9.x86_64", "initramfs-5.14.0-1.el9.x86_64.img"
        ),
        (
            ["vmlinuz-5.14.21-default", "initrd-5.14.21-default", "vmlinux-5.14.21-default.gz"],
            "vmlinuz-5.14.21-default", "initrd-5.14.21-default"
        ),
        (
            ["vmlinuz-linux", "initramfs-linux.img", "initramfs-linux-fallback.img"], "vmlinuz-linux",
            "initramfs-linux.img"
        ),
        (["vmlinuz-7.0", "vmlinuz-8.0.old", "config-9.0"], "vmlinuz-7.0", nil),
        (["grub", "config-6.1"], nil, nil), ([], nil, nil),
    ]

    @Test(arguments: directories)
    func `the newest kernel is found with its own initial RAM disk`(
        row: (names: [String], kernel: String?, initrd: String?)
    ) {
        let found = KernelFiles.newest(among: row.names)
        #expect(found?.kernel == row.kernel)
        #expect(found?.initrd == row.initrd)
    }
}

@Suite struct `The next kernel's command line` {
    static let serial = ["console=tty0", "console=ttyS0,115200"]

    @Test(arguments: [
        ("root=/x ro", "", serial, "root=/x ro console=tty0 console=ttyS0,115200"),
        ("root=/x console=ttyS1", "", serial, "root=/x console=ttyS1"),
        ("root=/x", "console=ttyS2 a=b", serial, "root=/x console=ttyS2 a=b"),
        ("root=/x netconsole=1", "", serial, "root=/x netconsole=1 console=tty0 console=ttyS0,115200"),
        ("root=/x  ro\n", " nomodeset ", [], "root=/x ro nomodeset"),
        ("a=\"b  console=c\" ro", "", ["console=x"], "a=\"b  console=c\" ro console=x"),
        ("ro -- console=init", "q", ["console=x"], "ro q console=x -- console=init"),
        ("", "", [], ""),
    ])
    func `arguments are joined, and consoles added when there are none`(
        entry: String, extra: String, consoles: [String], expected: String
    ) {
        #expect(KernelCommandLine.compose(entry: entry, extra: extra, consoles: consoles) == expected)
    }

    @Test func `consoles of a command line keep their order`() {
        #expect(KernelCommandLine.consoles(of: "ro console=tty0 quiet console=ttyS0,115200\n") == Self.serial)
    }
}

@Suite struct `GRUB environment blocks` {
    @Test func `variables are read, escapes undone, and filling passed over`() {
        let text = "# GRUB Environment Block\n# WARNING\nsaved_entry=a\\\\b\\\nc\nnext_entry=\nx=1=2\n####"
        let block = GRUBEnvironmentBlock(Array(text.utf8))
        #expect(block.variables == ["saved_entry": "a\\b\nc", "next_entry": "", "x": "1=2"])
        #expect(GRUBEnvironmentBlock(Array("saved_entry=1\n".utf8)).variables.isEmpty)
        #expect(GRUBEnvironmentBlock([]).variables.isEmpty)
    }
}
