import Testing

@testable import DeployVars

@Suite struct ImageVarsTests {
    @Test(arguments: [
        ("http://a/x", ["http://a/x"]),
        ("http://a/x http://b/y", ["http://a/x", "http://b/y"]),
        ("http://a/x,http://b/y", ["http://a/x", "http://b/y"]),
        ("http://a/x, http://b/y", ["http://a/x", "http://b/y"]),
        ("http://a/x ,http://b/y", ["http://a/x", "http://b/y"]),
        ("http://a/x,y,https://b/z", ["http://a/x,y", "https://b/z"]),
        ("http://a/x,y", ["http://a/x,y"]),
        ("HTTP://a/x,OCI://r/i:1,file:///y", ["HTTP://a/x", "OCI://r/i:1", "file:///y"]),
        (" http://a/x\thttp://b/y ", ["http://a/x", "http://b/y"]),
        ("", []), (" , ", [","]),
    ])
    func mirrorsAreSplitAtBlanksAndAtCommasBeforeAScheme(text: String, pieces: [String]) {
        #expect(ImageLocation.split(text).map(String.init) == pieces)
    }

    @Test func locations() {
        #expect(ImageLocation("oci://ghcr.io/org/os:12")?.description == "oci://ghcr.io/org/os:12")
        #expect(ImageLocation("file:///deploy/x.img") == .file("/deploy/x.img"))
        #expect(ImageLocation("https://a/b")?.description == "https://a/b")
        for text in ["ghcr.io/org/os", "oci://", "oci://host", "file://x", "file:///", "ftp://a/b", "https://"] {
            #expect(ImageLocation(text) == nil, "\(text)")
        }
    }

    /// The OCI distribution specification's grammar; told with whatever else is wrong.
    @Test func eachMalformedReferenceIsToldWithTheOtherErrors() throws {
        let text = "IMAGE=https://a/x,oci://r.example/OS:1,oci://r.example/os@sha256:00\nMODE=paint"
        #expect(
            problems(text, image: "") == [
                "line 1: IMAGE is invalid: oci://r.example/OS:1 names no image in a registry: the name of its repository "
                    + "is not lower-case letters and digits, with dots, hyphens and underscores between them; "
                    + "oci://r.example/os@sha256:00 names no image in a registry: its digest is not sha256: and 64 "
                    + "hexadecimal digits in lower case",
                problems("MODE=paint").first ?? "",
            ])
    }

    @Test(arguments: [
        ("oci://r.example", "it has the form oci://HOST"), ("oci://r.example/os:-1", "its tag is not"),
        ("oci://joe:hunter2@r.example/os", "credentials do not belong into it"),
        ("oci://127.1/os", "its host is neither a name nor an address"), ("OCI://r.example/a//b", "the name of its"),
    ])
    func whatIsWrongWithAReferenceIsSaid(text: String, reason: String) throws {
        let told = try #require(problems("IMAGE=\(text)", image: "").first)
        #expect(told.contains(reason) && !told.contains("hunter2"), "\(told)")
    }

    @Test func checksums() throws {
        let sha256 = String(repeating: "aB", count: 32)
        let sha512 = String(repeating: "0f", count: 64)
        #expect(
            try vars("IMAGE_CHECKSUM=\(sha256)").image.checksum
                == Checksum(algorithm: .sha256, digest: [UInt8](repeating: 0xab, count: 32)).map { .digest($0) })
        #expect(
            try vars("IMAGE_CHECKSUM=\(sha512)\nIMAGE_CHECKSUM_TYPE=SHA512").image.checksum
                == Checksum("sha512:\(sha512)").map { .digest($0) })
        #expect(
            problems("IMAGE_CHECKSUM=\(sha512)").first?.contains("for sha256 it must be 64 hexadecimal digits") == true)
        #expect(Checksum("sha256:\(sha256)")?.description == "sha256:\(sha256.lowercased())")
        #expect(Checksum("sha256:\(sha512)") == nil)
        #expect(Checksum("sha256:" + String(repeating: "é", count: 32)) == nil)
    }

    @Test(arguments: [
        ("X-A: 1", [["X-A", "1"]]),
        ("X-A:1;X-B: 2", [["X-A", "1"], ["X-B", "2"]]),
        ("Cookie: a=b; c=d; X-B: 2", [["Cookie", "a=b; c=d"], ["X-B", "2"]]),
        ("X-A: 1;", [["X-A", "1"]]),
        ("Authorization: Basic dXNlcjpwYXNz", [["Authorization", "Basic dXNlcjpwYXNz"]]),
    ])
    func headerFields(text: String, fields: [[String]]) throws {
        let parsed = try #require(HeaderField.list(text))
        #expect(parsed.map { [$0.name, $0.value] } == fields)
    }

    @Test(arguments: ["", "novalue", "a b: c", ": c", "X-A: é"])
    func refusesWhatIsNoHeader(text: String) {
        #expect(HeaderField.list(text) == nil)
    }
}
