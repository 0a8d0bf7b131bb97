import Testing

@testable import CPIOArchive

@Suite struct CPIORoundTripTests {
    static let everyKind: [CPIOEntry] = [
        CPIOEntry(path: "dir", content: .directory, permissions: 0o1777, owner: 1, group: 2, modificationTime: 3),
        CPIOEntry(path: "dir/empty", content: .file([])),
        CPIOEntry(path: "dir/four", content: .file([1, 2, 3, 4]), permissions: 0o4755),
        CPIOEntry(path: "dir/five", content: .file([1, 2, 3, 4, 5]), modificationTime: .max),
        CPIOEntry(path: "link", content: .symbolicLink("dir/five")),
        CPIOEntry(path: "console", content: .characterDevice(major: 5, minor: 1), permissions: 0o600),
        CPIOEntry(path: "disk", content: .blockDevice(major: 259, minor: 1_048_575)),
        CPIOEntry(path: "pipe", content: .pipe),
        CPIOEntry(path: "socket", content: .socket),
        CPIOEntry(path: String(repeating: "n", count: 4095), content: .file([7])),
    ]

    @Test("what was written is read back", arguments: everyKind)
    func roundTrip(entry: CPIOEntry) throws {
        var writer = CPIOWriter()
        try writer.append(entry)
        let bytes = writer.finish()
        #expect(bytes.count % 4 == 0)
        var expected = entry
        expected.inode = 1
        #expect(try CPIOReader.entries(of: bytes) == [expected])
    }

    @Test func `one small file has the bytes that the format asks for`() throws {
        var writer = CPIOWriter()
        try writer.append(CPIOEntry(path: "a", content: .file(Array("hi\n".utf8)), permissions: 0o600, owner: 255))
        let text = [
            "070701", "00000001", "00008180", "000000FF", "00000000", "00000001", "00000000",  // inode to mtime
            "00000003", "00000000", "00000000", "00000000", "00000000", "00000002", "00000000",  // size to checksum
            "a\0", "hi\n\0",
            "070701", "00000000", "00000000", "00000000", "00000000", "00000001", "00000000",
            "00000000", "00000000", "00000000", "00000000", "00000000", "0000000B", "00000000",
            "TRAILER!!!\0", "\0\0\0",
        ].joined()
        #expect(String(decoding: writer.finish(), as: UTF8.self) == text)
    }

    @Test func `archives that follow one another are read as one, the later entry winning in a tree`() throws {
        var first = CPIOTree()
        try first.add(CPIOEntry(path: "deploy", content: .directory, permissions: 0o700))
        try first.add(CPIOEntry(path: "deploy/vars", content: .file([1])))
        var second = CPIOTree()
        try second.add(CPIOEntry(path: "deploy/vars", content: .file([2])))
        let bytes = try first.archive(alignment: 512) + second.archive()
        let tree = try CPIOTree(unpacking: bytes)
        #expect(tree["deploy/vars"]?.content == .file([2]))
        #expect(tree.entries.map(\.path) == ["deploy", "deploy/vars"])
    }

    @Test func `the order of additions does not show, and parents are made`() throws {
        let paths = ["b/z", "a-b", "a/x/y", "/b/./c"]
        var forward = CPIOTree()
        var backward = CPIOTree()
        for path in paths { try forward.add(CPIOEntry(path: path, content: .file(Array(path.utf8)))) }
        for path in paths.reversed() { try backward.add(CPIOEntry(path: path, content: .file(Array(path.utf8)))) }
        #expect(try forward.archive() == backward.archive())
        #expect(forward.entries.map(\.path) == ["a", "a-b", "a/x", "a/x/y", "b", "b/c", "b/z"])
    }

    @Test(arguments: ["../x", "a/../../x", ""])
    func `a path that is not inside the root is refused`(path: String) {
        var tree = CPIOTree()
        #expect(throws: CPIOError.self) { try tree.add(CPIOEntry(path: path, content: .file([]))) }
    }

    @Test func `a path through a file is refused`() throws {
        var tree = CPIOTree()
        try tree.add(CPIOEntry(path: "file", content: .file([])))
        #expect(throws: CPIOError(.badPath, at: 0, path: "file/x")) {
            try tree.add(CPIOEntry(path: "file/x", content: .file([])))
        }
    }

    @Test(arguments: [String(repeating: "n", count: 4096), "", "a\0b", "TRAILER!!!"])
    func `a name that the kernel would not unpack is refused`(name: String) {
        var writer = CPIOWriter()
        #expect(throws: CPIOError(.badName, at: 0, path: name)) {
            try writer.append(CPIOEntry(path: name, content: .directory))
        }
    }
}
