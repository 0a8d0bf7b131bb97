import Foundation
import ImageTrust
import Testing

private let one = String(repeating: "1a", count: 32)
private let two = String(repeating: "2B", count: 32)
private let long = String(repeating: "3c", count: 64)

private func list(_ text: String) -> ChecksumList { ChecksumList(Array(text.utf8), location: "https://a/SHA256SUMS") }

@Suite struct ChecksumListTests {
    @Test(arguments: [
        "\(one)  d.raw", "\(one) *d.raw", "\(one) d.raw", "SHA256 (d.raw) = \(one)", "\(one)  ./d.raw\r",
        "# a comment\n\n\(one)  images/d.raw", "SHA256 (d.raw) = \(one)\r\nMD5 (d.raw) = \(String(one.prefix(32)))",
        "\(one)  d.raw\n\(two)  other", "\(one)  d.raw\n\(one.uppercased()) *d.raw", "\(long)  d.raw\n\(one)  d.raw",
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n\(one) *d.raw\n-----BEGIN PGP SIGNATURE-----\n\niQIz",
    ])
    func theImagesLineIsFound(text: String) throws {
        let sum = try list(text).checksum(of: [["d.raw"]], preferring: .sha256)
        #expect(sum == ImageChecksum(.sha256, hex: one))
    }

    @Test func theLengthSaysTheAlgorithmWhereThereIsOneOnly() throws {
        let sum = try list("\(long)  d.raw").checksum(of: [["d.raw"]], preferring: .sha256)
        #expect(sum == ImageChecksum(.sha512, hex: long))
    }

    @Test func anEarlierNameWins() throws {
        let text = "\(one)  d.raw.zst\n\(two)  d.raw"
        let names = [["d.raw"], ["d.raw.zst"]]
        #expect(try list(text).checksum(of: names, preferring: .sha256).hex == two.lowercased())
        #expect(try list("\(one)  d.raw.zst").checksum(of: names, preferring: .sha256).hex == one)
    }

    @Test(arguments: [
        ("", "it has none at all"), ("<html>404</html>", "it has none at all"),
        ("\(one)  a\n\(two)  b", "it names \"a\" and \"b\""),
        ((0..<12).map { "\(one)  n\($0)" }.joined(separator: "\n"), "\"n7\" and 4 more"),
        ("\(one)  a\u{1b}[2J", "it names \"a\\u{1B}[2J\""),
    ])
    func whatIsNotListedIsAnErrorThatSaysWhatIs(text: String, says: String) {
        let error = #expect(throws: ChecksumListError.self) {
            try list(text).checksum(of: [["d.raw"], ["d.raw.zst"]], preferring: .sha256)
        }
        #expect(error?.description.contains(says) == true, "\(String(describing: error))")
        #expect(error?.description.contains("of \"d.raw\" or \"d.raw.zst\": ") == true)
    }

    @Test func twoDifferentLinesAreAnError() {
        #expect(throws: ChecksumListError.ambiguous("https://a/SHA256SUMS", names: ["d.raw"], lines: 2)) {
            try list("\(one)  a/d.raw\n\(two)  b/d.raw").checksum(of: [["d.raw"]], preferring: .sha256)
        }
    }

    @Test(arguments: ["sha256sum", "sha256sum -b", "sha256sum --tag", "sha512sum", "sha512sum --tag"])
    func whatTheRealToolsWriteIsRead(tool: String) throws {
        let directory = "/var/tmp/martlet-sums-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let names = ["d.raw", "with blank (2).raw", "back\\slash", "new\nline"]
        for name in names { try Data("abc".utf8).write(to: URL(fileURLWithPath: directory).appending(path: name)) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-ec", "cd \(directory) && \(tool) * > ../$$.out && cat ../$$.out && rm ../$$.out"]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let found = ChecksumList(Array(output), location: "list")
        #expect(Set(found.entries.map(\.name)) == Set(names))
        // FIPS 180-4's own example.
        let abc =
            tool.hasPrefix("sha256")
            ? "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
            : "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        #expect(found.entries.allSatisfy { $0.checksum.hex == abc })
    }
}

@Suite struct ImageFileNameTests {
    @Test(arguments: [
        ("https://a/b/d.raw.zst", "d.raw.zst"), ("http://a/b/d%20x.raw?token=/1#f", "d x.raw"), ("https://a/", nil),
        ("https://a", nil), ("https://a/b/", nil), ("file:///x/d.raw", "d.raw"), ("/x/d?.raw", "d?.raw"),
        ("d.raw", "d.raw"), ("https://a/%zz%+1%4", "%zz%+1%4"), ("", nil),
    ])
    func theLastComponent(location: String, name: String?) {
        #expect(ImageFileName(location: location)?.text == name)
    }

    @Test(arguments: [
        ("d.raw.zst", "d.raw"), ("d.qcow2.GZ", "d.qcow2"), ("d.img.xz", "d.img"), ("d.bz2", "d"), ("d.lz4", "d"),
        ("d.raw", nil), (".zst", nil), ("zst", nil),
    ])
    func theNameOfTheDecompressed(name: String, decompressed: String?) {
        #expect(ImageFileName(location: name)?.decompressed == decompressed)
    }
}
