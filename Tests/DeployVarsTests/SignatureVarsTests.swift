import Testing

@testable import DeployVars

private let url = "IMAGE_SIGNATURE_URL=https://a/d.raw.minisig"
private let raw = "IMAGE_ED25519_PUBKEY=\(String(repeating: "A", count: 43))="
private let openPGP = "IMAGE_GPG_PUBKEY=/deploy/key.asc"

@Suite struct SignatureVarsTests {
    @Test(arguments: [
        (url, "line 2: IMAGE_SIGNATURE_URL needs IMAGE_GPG_PUBKEY or IMAGE_ED25519_PUBKEY: "),
        ("\(url)\n\(raw)\n\(openPGP)", "line 2: IMAGE_SIGNATURE_URL goes with one key, not with both "),
        (raw, "line 2: IMAGE_ED25519_PUBKEY needs IMAGE_SIGNATURE_URL: "),
        ("\(url)\nIMAGE_ED25519_PUBKEY=", "line 2: IMAGE_SIGNATURE_URL needs "),
    ])
    func aSignatureTakesOneKey(lines: String, problem: String) {
        #expect(problems(lines).contains { $0.hasPrefix(problem) }, "\(problems(lines))")
    }

    @Test(arguments: [
        // As minisign writes it: "Ed", eight bytes, the key.
        ("RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3", 42),
        ("\(String(repeating: "A", count: 43))=", 32),
    ])
    func aKeyIsRawOrOfMinisign(text: String, length: Int) throws {
        let image = try vars("\(url)\nIMAGE_ED25519_PUBKEY=\(text)").image
        #expect(image.ed25519PublicKey?.count == length)
    }

    @Test(arguments: [
        String(repeating: "A", count: 56), "RWQf", "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO-",
    ])
    func whatIsNoKeyIsAnError(text: String) {
        #expect(problems("\(url)\nIMAGE_ED25519_PUBKEY=\(text)").count == 1)
    }
}
