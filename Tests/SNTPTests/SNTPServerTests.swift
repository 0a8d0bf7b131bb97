import Testing

@testable import SNTP

@Suite("Time servers as they are named")
struct SNTPServerTests {
    @Test(
        "a name or an address, with or without a port",
        arguments: [
            ("ntp.example", "ntp.example", 123), ("ntp.example:11123", "ntp.example", 11123),
            ("192.0.2.1", "192.0.2.1", 123), ("192.0.2.1:1", "192.0.2.1", 1), ("2001:db8::1", "2001:db8::1", 123),
            ("[2001:db8::1]", "2001:db8::1", 123), ("[fe80::1%eth0]:11123", "fe80::1%eth0", 11123), ("::1", "::1", 123),
        ])
    func accepted(text: String, host: String, port: UInt16) throws {
        let server = try #require(SNTPServer(text))
        #expect(server == SNTPServer(host: host, port: port))
        #expect(SNTPServer(server.description) == server)
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", ":123", "a:", "a:0", "a:65536", "a:+1", "a:x", "a b", "[::1", "[::1]x", "[]", "[::1]:", "-a", "a\n",
            "é.example", String(repeating: "a", count: 254),
        ])
    func refused(text: String) {
        #expect(SNTPServer(text) == nil)
    }
}
