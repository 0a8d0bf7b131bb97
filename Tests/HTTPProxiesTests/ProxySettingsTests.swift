import Diagnostics
import HTTPProxies
import Testing

@Suite struct ProxySettingsTests {
    @Test(arguments: [
        ("example.org", "example.org", 443, true), ("example.org", "www.Example.ORG", 443, true),
        ("example.org", "badexample.org", 443, false), (".example.org", "example.org", 80, true),
        (".example.org", "a.example.org", 80, true), ("example.org.", "example.org", 80, true),
        ("example.org", "example.org.", 80, true), ("example.org:8080", "www.example.org", 8080, true),
        ("example.org:8080", "example.org", 80, false), ("*", "anything", 1, true),
        ("*.example.org", "a.example.org", 1, false),
        ("192.0.2.7", "192.0.2.7", 80, true), ("192.0.2.7", "192.0.2.70", 80, false),
        ("192.0.2.0/24", "192.0.2.200", 80, true), ("192.0.2.0/24", "192.0.3.1", 80, false),
        ("192.0.2.0/24:80", "192.0.2.1", 443, false), ("2001:db8::/32", "2001:db8::1", 80, true),
        ("[2001:db8::1]:80", "2001:db8::1", 80, true), ("[2001:db8::1]:80", "2001:db8::1", 81, false),
        ("2001:DB8::1", "[2001:db8::1]", 80, true), ("10", "example10", 80, false), ("2.7", "192.0.2.7", 80, false),
        ("", "example.org", 80, false), ("a b,c\td", "c", 1, true), ("a b,c\td", "d", 1, true),
        (" , a:b:c", "a", 1, false),
        ("", "localhost", 80, true), ("", "127.9.9.9", 80, true), ("", "::1", 80, true), ("", "10.0.2.2", 80, false),
    ])
    func exceptionsAreThoseOfCurl(list: String, host: String, port: Int, isContained: Bool) {
        #expect(ProxyExceptions(list).contain(host: host, port: port) == isContained)
    }

    @Test(arguments: [
        ("http://proxy.example:3128", "proxy.example", 3128, nil), ("proxy.example:3128/", "proxy.example", 3128, nil),
        ("HTTP://[2001:db8::1]:8080", "2001:db8::1", 8080, nil),
        ("http://joe:pass%20word@proxy.example", "proxy.example", 80, "joe:pass word"),
    ])
    func proxiesAreRead(text: String, host: String, port: Int, credentials: String?) throws {
        let proxy = try HTTPProxy(text, key: "HTTP_PROXY")
        #expect(proxy.host == host)
        #expect(proxy.port == port)
        #expect(proxy.credentials?.revealed == credentials)
        #expect(!"\(proxy)".contains("word"))
    }

    @Test(arguments: [
        "https://joe:hunter2@p", "socks5://p", "http://", "http://p/path", "http://p?hunter2", "http://p:99999", " ",
    ])
    func whatIsNoProxyIsRefused(text: String) {
        let error = #expect(throws: ProxyError.self) { try HTTPProxy(text, key: "HTTPS_PROXY") }
        #expect(error?.description.hasPrefix("HTTPS_PROXY names no proxy that can be used") == true)
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test func theSchemeOfTheServerDecides() throws {
        let settings = try ProxySettings(environment: [
            "HTTP_PROXY": "http://plain:1", "https_proxy": "secure:2", "HTTPS_PROXY": "http://unused:3",
            "no_proxy": "inside.example, 10.0.0.0/8",
        ])
        #expect(
            settings.proxy(scheme: "http", host: "a.example", port: 80)?.description == "http://plain:1 of HTTP_PROXY")
        #expect(
            settings.proxy(scheme: "https", host: "a.example", port: 443)?.description
                == "http://secure:2 of https_proxy")
        #expect(settings.proxy(scheme: "https", host: "x.inside.example", port: 443) == nil)
        #expect(settings.proxy(scheme: "http", host: "10.1.2.3", port: 80) == nil)
        #expect(try ProxySettings(environment: ["http_proxy": ""]) == ProxySettings())
    }
}
