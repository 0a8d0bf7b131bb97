import Testing

@testable import DHCPv4

@Suite("Lists of domains")
struct DomainSearchListTests {
    @Test(
        "names, and names that end in parts of earlier ones, are read",
        arguments: [
            // The example of RFC 3397: the second name ends where the first one's second label begins.
            (
                "03 656e67 05 6170706c65 03 636f6d 00  09 6d61726b6574696e67 c0 04",
                ["eng.apple.com", "marketing.apple.com"]
            ),
            ("03 6c6162 00", ["lab"]),
            ("03 6c6162 00 c0 00", ["lab"]),
            ("00 03 6c6162 00", ["lab"]),
            ("", []),
            // A pointer to a name that itself ends in a pointer.
            ("01 61 00  01 62 c0 00  01 63 c0 03", ["a", "b.a", "c.b.a"]),
            // A space, a line break and a quotation mark are no parts of a name.
            ("02 6120 00 02 610a 00 02 6122 00 01 62 00", ["b"]),
        ])
    func read(listing: String, names: [String]) {
        #expect(DomainSearchList.parse(hex(listing)) == names)
    }

    @Test(
        "malformed lists are refused whole",
        arguments: [
            "03 6c61", "03 6c6162", "c0 00", "c0 02 00", "01 61 c0 00", "01 61 00 01 62 c0 04", "40 61 00", "c0",
            "01 61 00 01 62 c3 ff",
        ])
    func malformed(listing: String) {
        #expect(DomainSearchList.parse(hex(listing)) == nil)
    }

    @Test("pointers cannot go in circles, names cannot be too long, and lists have an end")
    func bounded() {
        let label = [63] + [UInt8](repeating: 0x61, count: 63)
        #expect(DomainSearchList.parse(label + label + label + [0])?.count == 1)
        #expect(DomainSearchList.parse(label + label + label + label + [0]) == nil)
        // Each name is one letter before the name before: the longest are too long.
        var chain: [UInt8] = [1, 0x61, 0]
        var last = 0
        for _ in 0..<300 {
            chain += [1, 0x61, UInt8(0xc0 | last >> 8), UInt8(last & 0xff)]
            last = chain.count - 4
        }
        #expect(DomainSearchList.parse(chain)?.count == 32)
    }
}
