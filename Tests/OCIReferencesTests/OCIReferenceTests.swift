import OCIReferences
import Testing

@Suite struct OCIReferenceTests {
    private static let digest = "sha256:" + String(repeating: "0123456789abcdef", count: 4)

    @Test(arguments: [
        ("r.example/os", "r.example", "os", "latest"),
        ("R.Example:5000/a/b-c/d_e.f:12.1", "r.example:5000", "a/b-c/d_e.f", "12.1"),
        ("[::1]:5000/os:1", "[::1]:5000", "os", "1"),
        ("docker.io/debian:12", "docker.io", "library/debian", "12"),
        ("docker.io/joe/os", "docker.io", "joe/os", "latest"),
        ("r/a__b/c---d:_1.A-b", "r", "a__b/c---d", "_1.A-b"),
    ])
    func partsAreTakenApart(text: String, host: String, repository: String, tag: String) throws {
        for pin in ["", "@\(Self.digest)"] {
            let reference = try OCIReference(Substring(text + pin))
            #expect(reference.host == host)
            #expect(reference.repository == repository)
            #expect(reference.tag == tag)
            #expect(reference.digest?.description == (pin.isEmpty ? nil : Self.digest))
            #expect(reference.description == "oci://\(text)\(pin)")
        }
    }

    @Test func dockerHubAnswersElsewhere() throws {
        #expect(try OCIReference("docker.io/debian").server == "registry-1.docker.io")
        #expect(try OCIReference("quay.io/debian").server == "quay.io")
    }

    @Test(arguments: [
        "", "r.example", "r.example/", "/os", "r.example/os:", "r.example/OS", "r.example/a//b", "r.example/../v2",
        "r.example/os:-1", "r.example/os:1/2", "r.example/os@sha256:00", "r.example/os@sha512:\(digest)",
        "r.example/os@\(digest.uppercased())", "r ex/os", "r.example/os?x=1", "r.example/a-",
        "joe:hunter2@r.example/os",
        "r.example/a..b", "r.example/a___b", "r.example/a.-b", "r.example/_a", "r.example/os@", "r.example/os:1:2",
        "r.example:/os", "r.example:0/os", "r.example:65536/os", "r.example:x/os", "r.example:1:2/os", "[::1/os",
        "[::x]/os", "[::1]x/os", "-r/os", "r.example/os:1%20", "r.example/\(String(repeating: "a", count: 256))",
        "r.example/os:\(String(repeating: "a", count: 129))",
    ])
    func anythingElseIsRefused(text: String) {
        let error = #expect(throws: OCIReferenceError.self) { try OCIReference(Substring(text)) }
        #expect(error?.description.contains("hunter2") == false)
    }
}
