import Diagnostics
import Testing

@Suite struct DiagnosticsTests {
    @Test(arguments: [
        ("http://host/path", "http://host/path"),
        ("http://user:pass@host/p?token=abc&x=1", "http://[secret]@host/p?token=[secret]&x=[secret]"),
        ("https://host/?abc", "https://host/?[secret]"),
        ("https://a@b@host/", "https://[secret]@host/"),
        ("https://host/a@b", "https://host/a@b"),
        ("not a url", "not a url"),
    ])
    func urlsAreMaskedWhereTheyHoldSecrets(url: String, masked: String) {
        #expect(maskedURL(url) == masked)
    }

    @Test func aSecretDoesNotPrint() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump(secret, to: &dumped)
        #expect("\(secret) \(String(reflecting: secret)) \(dumped)".contains("hunter2") == false)
        #expect(secret.revealed == "hunter2")
    }

    @Test func theLongerOfTwoSecretsIsMaskedWhole() {
        let scrubber = SecretScrubber(["abcd"]).adding(["abcdefgh", "ab"])
        #expect(scrubber.scrub("x abcdefgh y abcd z ab") == "x [secret] y [secret] z ab")
    }
}
