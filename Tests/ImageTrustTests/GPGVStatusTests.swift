import ImageTrust
import Testing

private let good = """
    [GNUPG:] NEWSIG
    [GNUPG:] GOODSIG 52AC87F2B2A653F1 A B <a@example>
    [GNUPG:] VALIDSIG E0222A 2026-11-26 1795677017 0 4 0 22 8 00 F1F1F1

    """
private let unknown = """
    [GNUPG:] NEWSIG
    [GNUPG:] ERRSIG 12 22 8 00 1795677016 9 E022
    [GNUPG:] NO_PUBKEY 12

    """
private let bad = "[GNUPG:] NEWSIG\n[GNUPG:] BADSIG 52 A B <a@example>\n"
private let expired = "[GNUPG:] NEWSIG\n[GNUPG:] EXPKEYSIG 52 A\n[GNUPG:] VALIDSIG E0222A 2026 1 0 4 0 22 8 00 F1\n"

@Suite struct GPGVStatusTests {
    @Test(arguments: [
        (good, true, nil), (good + unknown, true, "it is by key 12, which is not in the key file"),
        (unknown, false, "it is by key 12, which is not in the key file"),
        (bad, false, "the data is not what key 52 has signed"),
        (good + bad, false, "the data is not what key 52 has signed"), (expired, false, "key 52 has run out"),
        ("[GNUPG:] REVKEYSIG 52 A\n[GNUPG:] VALIDSIG E0", false, "key 52 is revoked"),
        ("[GNUPG:] EXPSIG 52 A\n[GNUPG:] VALIDSIG E0", false, "the signature of key 52 has run out"),
        ("[GNUPG:] NODATA 1\n", false, "it is no OpenPGP signature"), ("", false, nil),
        // A name of a key cannot pass for a line of its own.
        ("gpgv: Good signature from \"[GNUPG:] GOODSIG\"\n", false, nil),
        ("[GNUPG:] GOODSIG 1 A\n[GNUPG:] NEWSIG\n[GNUPG:] VALIDSIG E0", false, nil),
        ("[GNUPG:]\n[GNUPG:] \n[GNUPG:] GOODSIG\n[GNUPG:] VALIDSIG", true, nil),
    ])
    func whatCountsAsGood(text: String, isGood: Bool, reason: String?) {
        let status = GPGVStatus(text)
        #expect(status.isGood == isGood)
        #expect(status.reason == reason)
    }

    @Test func thePrimaryKeyIsNamed() {
        #expect(GPGVStatus(good).signers == ["F1F1F1"])
    }
}

@Suite struct OpenPGPSignatureTests {
    @Test func whatGPGWritesIsReadAndAMessageIsNot() throws {
        let workshop = try Workshop()
        try workshop.shell(
            "export GNUPGHOME=$PWD; echo abc > x; "
                + "gpg --batch --quiet --passphrase '' --quick-gen-key a@example ed25519 sign never; "
                + "gpg --batch --detach-sign -o binary x; gpg --batch --armor --detach-sign -o armoured x; "
                + "gpg --batch --sign -o message x; gpg --batch --clearsign -o clear x; gpgconf --kill gpg-agent")
        let binary = try workshop.read("binary")
        #expect(try OpenPGPSignature(file: binary, name: "s").bytes == binary)
        let two = try OpenPGPSignature(file: workshop.read("armoured") + workshop.read("armoured"), name: "s")
        #expect(two.bytes.count == 2 * binary.count)
        #expect(throws: SignatureError.notOpenPGP("s", reason: "it holds other things than signatures")) {
            try OpenPGPSignature(file: workshop.read("message"), name: "s")
        }
        #expect(throws: SignatureError.notOpenPGP("s", reason: "it is damaged")) {
            try OpenPGPSignature(file: Array(binary.dropLast()), name: "s")
        }
    }

    @Test(arguments: ["", "abc", "untrusted comment: x\n"]) func anythingElseIsRefused(text: String) {
        #expect(throws: SignatureError.self) { try OpenPGPSignature(file: Array(text.utf8), name: "s") }
    }
}
