import BootEntries
import Testing

@Suite struct `GRUB scripts` {
    /// What `echo`-like evaluation gives: the arguments of an entry with the statements before it.
    private func arguments(_ before: String, _ words: String) throws -> String {
        try defaultEntry("\(before)\nmenuentry x {\n linux /k \(words)\n}").arguments
    }

    static let words: [(before: String, words: String, expected: String)] = [
        ("set a=1", "$a ${a}b \"$a\" '$a'", "1 1b 1 $a"),
        ("set a='x y'", "$a", "x y"),
        ("set a='x y'", "\"$a\"", "\"x y\""),
        ("set a=", "p=$a $a q", "p= q"),
        ("", "a\\ b", "\"a b\""),
        ("", "a\\\n b", "a b"),
        ("", "x=\"a\\\"b\"", "x=a\\\"b"),
        ("a=1; b=2", "$a$b # comment", "12"),
        ("", "a#b", "a#b"),
        ("", "$", "$"),
        ("", "$\"translated\"", "translated"),
        ("set a=' x '", "p${a}q", "p x q"),
        ("function f { set r=\"$1-$2-$#\"; }\nf one 'two three'", "$r", "one-two three-2"),
        ("for i in 1 2 3; do set r=$r$i; done", "$r", "123"),
        ("for i in 1 2 3; do if [ $i = 2 ]; then break; fi; set r=$r$i; done", "$r", "1"),
        ("while [ \"$r\" != aaa ]; do r=a$r; done", "$r", "aaa"),
        ("until [ \"$r\" = aa ]; do r=a$r; done", "$r", "aa"),
        ("function f { return 1; }\nif f; then r=yes; else r=no; fi", "$r", "no"),
        ("eval 'set r=5'", "$r", "5"),
        ("increment n; increment n; decrement n", "$n", "1"),
        ("set a=1; unset a", "x$a", "x"),
    ]

    @Test(arguments: words)
    func `words are expanded as GRUB does`(row: (before: String, words: String, expected: String)) throws {
        #expect(try arguments(row.before, row.words) == row.expected)
    }

    static let conditions: [(expression: String, holds: Bool)] = [
        ("[ a = a ]", true), ("[ a == b ]", false), ("[ a != b ]", true), ("[ \"\" ]", false), ("[ x ]", true),
        ("[ ]", false), ("[ -z \"\" ]", true), ("[ -n \"\" ]", false), ("[ ! x ]", false), ("[ ! -z x ]", true),
        ("[ a = a -a b = c ]", false), ("[ a = b -o b = b ]", true), ("[ a = b -o b = b -a c = d ]", false),
        ("[ ( a = b -o b = b ) -a c = c ]", true), ("[ 2 -lt 10 ]", true), ("[ 2 -ge 10 ]", false),
        ("[ 2 < 10 ]", false), ("[ -f /there ]", true), ("[ -f /absent ]", false), ("[ -s /empty ]", false),
        ("[ -e /folder ]", true), ("[ -d /folder ]", true), ("[ -d /there ]", false), ("[ a = ", false),
        ("test a = a", true), ("! test a = a", false), ("true", true), ("false", false), ("loadfont unicode", false),
        ("keystatus --shift", false), ("insmod all_video", true), ("no_such_command", false),
        ("[ x$feature_timeout_style = xy ]", true), ("[ $grub_platform = xen ]", false),
    ]

    @Test(arguments: conditions)
    func `conditions hold as in GRUB`(row: (expression: String, holds: Bool)) throws {
        let entry = try defaultEntry(
            "if \(row.expression); then\n r=yes\nelse\n r=no\nfi\nmenuentry x { linux /k $r; }",
            ["/there": "1", "/empty": "", "/folder/x": "1"])
        #expect(entry.arguments == (row.holds ? "yes" : "no"))
    }

    @Test func `elif takes the first branch that holds`() throws {
        let script = "if false; then r=1; elif [ a = a ]; then r=2; elif true; then r=3; else r=4; fi"
        #expect(try arguments(script, "$r") == "2")
    }

    static let devices: [(statements: String, device: BootDevice?)] = [
        ("set root='hd0,gpt2'", .partition(2)), ("set root=hd0,msdos1", .partition(1)),
        ("set root=hd0,3", .partition(3)),
        ("search --label --set=root BOOT", .label("BOOT")), ("search -n -l -s BOOT", .label("BOOT")),
        ("search --set=root --fs-uuid ABCD-1234 --hint hd0,gpt1", .fileSystemUUID("ABCD-1234")),
        ("search --no-floppy --set --fs-uuid 1 ", .fileSystemUUID("1")),
        ("search --file --set=root /there", .holding("/there")), ("search --file --set=root /absent", nil),
        ("search.fs_label DATA root", .label("DATA")), ("set root=lvm/vg-root", .named("lvm/vg-root")),
    ]

    @Test(arguments: devices)
    func `the kernel's device is the one that root names`(row: (statements: String, device: BootDevice?)) throws {
        let entry = try defaultEntry("menuentry x { \(row.statements); linux ($root)/k; }", ["/there": "1"])
        #expect(entry.kernel.device == row.device)
        #expect(entry.kernel.path == "/k")
        #expect(
            try defaultEntry("menuentry x { \(row.statements); linux /k; }", ["/there": "1"]).kernel == entry.kernel)
    }

    @Test func `submenus inherit only exported variables`() throws {
        let script = """
            set hidden=1; set shown=2; export shown; set default=0
            submenu s { menuentry x { linux /k "$hidden$shown"; } }
            """
        #expect(try defaultEntry(script).arguments == "2")
    }

    @Test func `linuxefi and linux16 load kernels, and a second initrd replaces the first`() throws {
        let entry = try defaultEntry("menuentry x { linuxefi /k a; initrdefi /one /two; initrd16 /three; }")
        #expect(entry.initrds.map(\.path) == ["/three"])
        #expect(try defaultEntry("menuentry x { linux16 /k a; }").kernel.path == "/k")
    }

    @Test func `a statement with an error costs only itself`() throws {
        let entry = try defaultEntry("fi\n}\nmenuentry x {\n linux /k\n}\nif true; then")
        #expect(entry.kernel.path == "/k")
        #expect(entry.notes.count == 3)
        #expect(entry.notes.first == "line 1 of /boot/grub/grub.cfg was passed over: fi without its beginning")
    }

    @Test func `an entry that is not Linux is refused and named`() {
        let script = "menuentry Windows { chainloader /EFI/Microsoft/Boot/bootmgfw.efi; }"
        #expect(throws: BootEntryError.notLinux(title: "Windows", instead: "starts another boot loader")) {
            try defaultEntry(script)
        }
        #expect(throws: BootEntryError.notLinux(title: "x", instead: "loads nothing")) {
            try defaultEntry("menuentry x { true; }")
        }
    }

    @Test func `a menu without entries and a missing file are errors`() {
        let path = BootPath(device: nil, path: "/boot/grub/grub.cfg")
        #expect(throws: BootEntryError.emptyMenu(path)) { try defaultEntry("set a=1") }
        #expect(throws: BootEntryError.unreadable(path)) {
            try GRUBConfiguration.defaultEntry(of: path, files: MemoryFileSystem([:]))
        }
    }
}
