import Foundation
import ImageTrust
import Testing

@Suite(.serialized) struct OpenPGPKeysTests {
    @Test func whatGPGExportsIsRead() throws {
        let workshop = try Workshop()
        try workshop.shell(
            "export GNUPGHOME=$PWD; gpg --batch --quiet --passphrase '' --quick-gen-key a@example ed25519 sign never; "
                + "gpg --export > binary; gpg --armor --export > armoured; gpg --armor --export --comment 'x: y' > head; "
                + "gpg --batch --pinentry-mode loopback --passphrase '' --armor --export-secret-keys > secret; "
                + "gpg --export-secret-keys --batch --pinentry-mode loopback --passphrase '' > secret.bin; "
                + "gpgconf --kill gpg-agent")
        let binary = try workshop.read("binary")
        let armoured = try workshop.read("armoured")
        #expect(try OpenPGPKeys(file: binary).bytes == binary)
        #expect(try OpenPGPKeys(file: armoured).bytes == binary)
        #expect(try OpenPGPKeys(file: workshop.read("head")).bytes == binary)
        #expect(try OpenPGPKeys(file: Array("A key:\n\n".utf8) + armoured + armoured).bytes == binary + binary)
        let dos = String(decoding: armoured, as: UTF8.self).replacingOccurrences(of: "\n", with: "\r\n")
        #expect(try OpenPGPKeys(file: Array(dos.utf8)).bytes == binary)
        for name in ["secret", "secret.bin"] {
            #expect(throws: SignatureError.invalidKey(reason: "the file holds a private key")) {
                try OpenPGPKeys(file: workshop.read(name))
            }
        }

        var damaged = armoured
        let place = try #require(damaged.firstRange(of: Array("\n\n".utf8))).upperBound + 30
        damaged[place] = damaged[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
        #expect(throws: SignatureError.self) { try OpenPGPKeys(file: damaged) }
        #expect(throws: SignatureError.self) { try OpenPGPKeys(file: Array(armoured.dropLast(20))) }
    }

    @Test(arguments: ["", "key", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n-----END PGP PUBLIC KEY BLOCK-----\n"])
    func whatIsNoKeyIsRefused(text: String) {
        #expect(throws: SignatureError.self) { try OpenPGPKeys(file: Array(text.utf8)) }
    }
}
