import Testing

@testable import BootEntries

@Suite struct KernelParameterEditingTests {
    @Test(arguments: [
        ("linux /vmlinuz ro", "linux /vmlinuz ro a=1 quiet"), ("\tlinux16\t/x  ", "\tlinux16\t/x a=1 quiet"),
        ("  linuxefi /x a=1", "  linuxefi /x a=1 quiet"), ("linux /x ro -- single", "linux /x ro a=1 quiet -- single"),
        ("linux /x quiet a=1\n", "linux /x quiet a=1\n"), ("initrd /x\nlinux_version=3", "initrd /x\nlinux_version=3"),
        ("# linux /x", "# linux /x"), ("", ""),
    ])
    func addsToTheKernelsOfAMenuWhatTheyLack(before: String, after: String) {
        let editing = KernelParameterEditing("a=1 quiet")
        #expect(editing.menu(before) == after)
        #expect(editing.menu(after) == after)
    }

    @Test(arguments: [
        ("dyndbg=\"file x +p\"", "linux /x 'dyndbg=file x +p'"), ("a=$b;c", "linux /x 'a=$b;c'"),
        ("a='b'", "linux /x 'a='\\''b'\\'''"), ("console=ttyS0,115200n8", "linux /x console=ttyS0,115200n8"),
    ])
    func quotesForAMenuWhatGRUBWouldTakeForItsOwn(parameter: String, line: String) {
        #expect(KernelParameterEditing(parameter).menu("linux /x") == line)
    }

    @Test(arguments: [
        ("title a\noptions ro\n", "title a\noptions ro a=1\n"), ("options ro\noptions b", "options ro\noptions b a=1"),
        ("options a=1\noptions b\n", "options a=1\noptions b\n"), ("title a\n", "title a\noptions a=1\n"),
        ("title a", "title a\noptions a=1\n"), ("options $kernelopts x\n", "options $kernelopts x\n"),
    ])
    func addsToTheOptionsOfAnEntry(before: String, after: String) {
        let editing = KernelParameterEditing("a=1")
        #expect(editing.entry(before) == after)
        #expect(editing.entry(after) == after)
    }

    @Test(arguments: [("root=x ro\n", "root=x ro a=1\n"), ("a=1  ro", "a=1  ro"), ("ro -- s\n", "ro a=1 -- s\n")])
    func addsToACommandLine(before: String, after: String) {
        #expect(KernelParameterEditing("a=1").commandLine(before) == after)
    }

    @Test func theShellReadsTheDefaultsLineAsItIsMeant() {
        #expect(
            KernelParameterEditing("a=\"$b\"").defaultsLine
                == "GRUB_CMDLINE_LINUX=\"${GRUB_CMDLINE_LINUX:-} a=\\\"\\$b\\\"\"")
    }

    @Test func anEnvironmentBlockWithoutRoomOrVariableStaysAsItIs() {
        let editing = KernelParameterEditing("a=1")
        let none = GRUBEnvironmentBlock.bytes(of: ["x": "y"], length: 1024) ?? []
        #expect(editing.environment(none) == none && none.count == 1024)
        let full = GRUBEnvironmentBlock.bytes(of: ["kernelopts": "ro\\ \nx"], length: 50) ?? []
        #expect(GRUBEnvironmentBlock(full).variables == ["kernelopts": "ro\\ \nx"])
        #expect(KernelParameterEditing("long=1234567890").environment(full) == full)
        #expect(!editing.isComplete(environment: full))
        #expect(editing.environment([1, 2]) == [1, 2])
    }

    @Test func argumentsThatTheEntryHasAreNotGivenTwice() {
        #expect(KernelCommandLine.compose(entry: "ro a=1 -- x", extra: "a=1 b") == "ro a=1 b -- x")
    }
}
