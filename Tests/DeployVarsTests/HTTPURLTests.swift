import Testing

@testable import DeployVars

@Suite struct HTTPURLTests {
    @Test(arguments: [
        ("http://a", "http://a:80", "/"),
        ("HTTPS://Host.Example/Path", "https://host.example:443", "/Path"),
        ("http://a:8080/b/c?d=e", "http://a:8080", "/b/c"),
        ("http://192.0.2.1/b", "http://192.0.2.1:80", "/b"),
        ("https://[2001:DB8:0::1]:8443/b", "https://[2001:db8::1]:8443", "/b"),
        ("http://u:p@a/b@c", "http://a:80", "/b@c"),
        ("http://a?x", "http://a:80", "/"),
        ("http://a_b.example./", "http://a_b.example.:80", "/"),
    ])
    func readsURLs(text: String, origin: String, path: String) throws {
        let url = try #require(HTTPURL(text))
        #expect(url.origin.description == origin)
        #expect(url.path == path)
        #expect(url.text == text)
    }

    @Test(arguments: [
        "", "a", "http:/a", "http://", "http:///a", "http://:80", "http://a b", "http://a\nb", "http://a/\u{0}",
        "http://a:", "http://a:x", "http://a:+1", "http://a:99999", "http://[::1", "http://[a]", "http://[::1]x",
        "http://a#b", "http://a/%4", "http://a/%4g", "http://a@b@c", "http://127.1", "http://2130706433",
        "http://0x7f.1",
        "http://0x7f000001", "http://256.0.0.1", "http://a..b", "http://.a", "http://é", "http://a\"b", "ftp://a",
    ])
    func refusesWhatIsNoURL(text: String) {
        #expect(HTTPURL(text) == nil)
    }

    @Test(arguments: [
        ("http://localhost/", true), ("http://LOCALHOST:8080/", true), ("http://127.0.0.1/", true),
        ("http://127.255.0.3/", true), ("http://[::1]/", true), ("http://[0:0:0:0:0:0:0:1]/", true),
        ("http://10.0.2.2/", false), ("http://128.0.0.1/", false), ("http://[::2]/", false),
        ("http://localhost.example/", false), ("http://127.0.0.1.example/", false), ("http://a/127.0.0.1", false),
        ("http://127.0.0.1@evil.example/", false),
    ])
    func loopback(text: String, isLoopback: Bool) throws {
        let url = try #require(HTTPURL(text))
        #expect(url.isLoopback == isLoopback)
        #expect(url.isPrivateTransport == isLoopback)
    }

    @Test func neverShowsItsSecrets() throws {
        let url = try #require(HTTPURL("https://user:passw0rd@a/b?key=s3cr3t&plain"))
        var dumped = ""
        dump(url, to: &dumped)
        for shown in ["\(url)", String(reflecting: url), dumped, "\(Optional(url) as Any)"] {
            #expect(!shown.contains("passw0rd") && !shown.contains("s3cr3t") && !shown.contains("plain"), "\(shown)")
            #expect(shown.contains("https://"))
        }
        #expect(url.userInformation?.revealed == "user:passw0rd")
        #expect(url.query?.revealed == "key=s3cr3t&plain")
    }
}
