import ImageTrust
import Testing

private func minisign(_ options: String) throws -> (signature: [UInt8], key: [UInt8]) {
    let workshop = try Workshop()
    try workshop.shell("echo abc > x; minisign -GW -p p -s s; minisign -S \(options) -s s -m x -t 'a comment'")
    let key = try workshop.shell("tail -n 1 p | base64 -d | od -An -v -tu1")
    return (try workshop.read("x.minisig"), key.split(whereSeparator: \.isWhitespace).compactMap { UInt8($0) })
}

@Suite struct Ed25519SignatureTests {
    @Test(arguments: [("-H", Ed25519Signature.Message.digest), ("-l", .whole)])
    func whatMinisignWritesIsRead(options: String, message: Ed25519Signature.Message) throws {
        let (file, keyBytes) = try minisign(options)
        let signature = try Ed25519Signature(file: file, name: "x")
        let key = try #require(Ed25519Key(keyBytes))
        #expect(signature.message == message)
        #expect(signature.keyIdentifier == key.identifier && key.identifier != nil)
        #expect(signature.comment?.message == signature.bytes + Array("a comment".utf8))
        #expect(key.description.hasPrefix("the minisign key "))
    }

    @Test func aBareSignatureIsReadInItsForms() throws {
        let workshop = try Workshop()
        try workshop.shell(
            "echo abc > x; openssl genpkey -algorithm ed25519 -out k; "
                + "openssl pkeyutl -sign -rawin -inkey k -in x -out raw; openssl base64 -in raw -out lines; "
                + "base64 -w 0 raw > line")
        let raw = try Ed25519Signature(file: workshop.read("raw"), name: "x")
        #expect(try raw.bytes == workshop.read("raw"))
        #expect(raw.message == .whole && raw.comment == nil)
        for form in ["lines", "line"] { #expect(try Ed25519Signature(file: workshop.read(form), name: "x") == raw) }
    }

    @Test(arguments: [
        "", "abc", "untrusted comment: x\n", "untrusted comment: x\nAAAA\n", "<html>",
        "untrusted comment: x\n\(String(repeating: "A", count: 100))\ntrusted comment: y\nAAAA",
        "-----BEGIN PGP SIGNATURE-----\n", String(repeating: "A", count: 84),
    ])
    func anythingElseIsRefused(text: String) {
        let error = #expect(throws: SignatureError.self) { try Ed25519Signature(file: Array(text.utf8), name: "x") }
        #expect(error?.description.hasPrefix("x is no Ed25519 signature: ") == true)
    }

    @Test(arguments: [0, 31, 33, 42, 64]) func whatIsNoKeyIsRefused(length: Int) {
        #expect(Ed25519Key([UInt8](repeating: 1, count: length)) == nil)
    }
}

@Suite struct SignedListTests {
    @Test(arguments: [
        ("https://a/SHA256SUMS.gpg", "https://a/SHA256SUMS", true),
        ("https://a/SHA512SUMS.sign?x=1", "https://a/SHA512SUMS?y=2", true),
        ("https://a/d.raw.sig", "https://a/SHA256SUMS", false), ("https://b/S.sig", "https://a/S", false),
        ("/x/S.minisig", "/x/S", true), ("https://a/S", "https://a/S", false),
        ("https://a/S.txt", "https://a/S", false),
    ])
    func theLocationSaysWhatIsSigned(signature: String, list: String, isSigned: Bool) {
        #expect(SignedList.isSigned(by: signature, list: list) == isSigned)
    }
}
