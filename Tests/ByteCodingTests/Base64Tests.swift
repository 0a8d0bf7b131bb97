import ByteCoding
import Testing

@Suite struct Base64Tests {
    @Test(
        arguments: [
            ("", []), ("Zg==", [0x66]), ("Zm8=", [0x66, 0x6f]), ("Zm9v", [0x66, 0x6f, 0x6f]),
            ("+/+/", [0xfb, 0xff, 0xbf]),
        ] as [(String, [UInt8])])
    func decodes(text: String, bytes: [UInt8]) {
        #expect(base64Decoded(text) == bytes)
    }

    @Test(arguments: ["Z", "Zg", "Zg=", "Z===", "Zg==Zg==", "Zm9-", "Zg=a"])
    func refusesAnythingElse(text: String) {
        #expect(base64Decoded(text) == nil)
    }
}
