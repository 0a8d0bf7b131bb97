import NetworkTypes
import Testing

@Suite struct NetworkTypesTests {
    @Test(arguments: ["192.0.2.7", "0.0.0.0", "255.255.255.255"])
    func ipv4TextSurvives(text: String) {
        #expect(IPv4Address(text)?.description == text)
    }

    @Test(arguments: ["", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.+4", "1.2.3.4 ", "a.b.c.d", "1..2.3"])
    func ipv4RefusesWhatIsNoAddress(text: String) {
        #expect(IPv4Address(text) == nil)
    }

    @Test func prefixArithmetic() throws {
        let prefix = try #require(IPv4Prefix("192.0.2.77/26"))
        #expect(prefix.netmask.description == "255.255.255.192")
        #expect(prefix.network.description == "192.0.2.64")
        #expect(prefix.broadcast.description == "192.0.2.127")
        #expect(prefix.contains(try #require(IPv4Address("192.0.2.65"))))
        #expect(!prefix.contains(try #require(IPv4Address("192.0.2.1"))))
        #expect(IPv4Prefix("0.0.0.0/0")?.netmask == .any)
        #expect(IPv4Prefix("10.0.0.1/32")?.netmask == .broadcast)
        #expect(
            ["10.0.0.1", "10.0.0.1/33", "10.0.0.1/", "10.0.0.1/-1", "10.0.0.1/024"].allSatisfy { IPv4Prefix($0) == nil }
        )
    }

    @Test func netmasksMustBeContiguous() throws {
        let address = try #require(IPv4Address("10.0.0.1"))
        #expect(IPv4Prefix(address: address, netmask: try #require(IPv4Address("255.255.254.0")))?.length == 23)
        #expect(IPv4Prefix(address: address, netmask: try #require(IPv4Address("255.0.255.0"))) == nil)
        #expect(IPv4Prefix(address: address, netmask: .any)?.length == 0)
        #expect(IPv4Prefix(address: address, netmask: .broadcast)?.length == 32)
    }

    @Test(arguments: ["52:54:00:AB:cd:ef", "52-54-00-ab-cd-ef"])
    func macTextInBothForms(text: String) {
        #expect(MACAddress(text)?.description == "52:54:00:ab:cd:ef")
        #expect(MACAddress(text)?.hyphenated == "52-54-00-ab-cd-ef")
    }

    @Test(arguments: [
        "", "52:54:00:ab:cd", "52:54:00:ab:cd:ef:00", "5:54:00:ab:cd:ef", "+1:54:00:ab:cd:ef", "٥٢:54:00:ab:cd:ef",
    ])
    func macRefusesWhatIsNoAddress(text: String) {
        #expect(MACAddress(text) == nil)
    }

    @Test func ipv6CanonicalTextAndScopes() {
        #expect(IPv6Address("2001:DB8:0:0::1")?.description == "2001:db8::1")
        #expect(IPv6Address("fe80::1")?.isLinkLocal == true)
        #expect(IPv6Address("::1")?.isLoopback == true)
        #expect(IPv6Address("fd00::1")?.isGlobal == true)
        #expect(IPv6Address("2001:db8::1")?.isGlobal == true)
        #expect(IPv6Address("fe80::1")?.isGlobal == false)
        #expect(IPv6Address("12345::") == nil)
    }

    @Test("domain names of a message are read up to the first one that is not whole")
    func domainNames() {
        let lab: [UInt8] = [3, 0x6c, 0x61, 0x62, 7] + Array("example".utf8) + [0]
        #expect(DomainNames.parse(lab + [1, 0x61, 0, 0, 0]) == ["lab.example", "a"])
        #expect(DomainNames.parse(lab + [4, 0x61, 0]) == ["lab.example"])
        #expect(DomainNames.parse(lab + [0xc0, 0] + lab) == ["lab.example"], "no compression")
        #expect(DomainNames.parse([2, 0x61, 0x0a, 0] + lab) == ["lab.example"], "a line feed would end a line")
        #expect(DomainNames.parse(Array(repeating: [1, 0x61], count: 127).joined() + [0]).map(\.utf8.count) == [253])
        #expect(DomainNames.parse(Array(repeating: [1, 0x61], count: 128).joined() + [0]) == [])
    }

    @Test("IPv6 addresses of a message are read as long as they are whole")
    func ipv6List() {
        let octets = [UInt8](repeating: 0, count: 15) + [1]
        #expect(IPv6Address.list((octets + octets + [1, 2, 3])[...]).map(\.description) == ["::1", "::1"])
        #expect(IPv6Address.list([]) == [])
    }
}
