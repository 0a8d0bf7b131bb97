import Testing

@testable import NetworkBringUp

@Suite("The resolver's file")
struct ResolverFileTests {
    @Test("each server and domain stands once, and three servers at most")
    func text() throws {
        let servers = ["192.0.2.1", "192.0.2.2", "192.0.2.1", "192.0.2.3", "192.0.2.4"]
        let file = ResolverFile(nameServers: servers, searchDomains: ["lab.example", "corp.example", "lab.example"])
        #expect(
            file.text
                == "search lab.example corp.example\nnameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\n"
        )
    }

    @Test(
        "a server cannot write other lines by its domain name",
        arguments: ["a\nnameserver 6.6.6.6", "a;b", "a b", "", "ä.example", "a#b"])
    func injection(domain: String) {
        #expect(ResolverFile(nameServers: [], searchDomains: [domain]).text.isEmpty)
    }
}
