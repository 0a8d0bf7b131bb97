import NetworkTypes
import Testing

@testable import NetworkConfiguration

@Suite("The desired network")
struct NetworkConfigurationTests {
    @Test("nothing said is DHCP on every physical NIC")
    func automatic() throws {
        #expect(try NetworkSettings().configuration() == .automatic)
    }

    @Test(
        "an interface is a name, a MAC address, or the first with a carrier",
        arguments: [
            ("", LinkSelector.firstWithCarrier), ("eno1", .name("eno1")),
            ("52:54:00:aa:bb:cc", .mac(MACAddress("52:54:00:aa:bb:cc") ?? .zero)),
            ("52-54-00-AA-BB-CC", .mac(MACAddress("52:54:00:aa:bb:cc") ?? .zero)),
        ])
    func selector(text: String, expected: LinkSelector) {
        #expect(LinkSelector(text) == expected)
    }

    @Test("a fixed address makes one link, with everything else given")
    func fixed() throws {
        var settings = NetworkSettings()
        settings.staticAddress = IPv4Prefix("192.0.2.7/24")
        settings.gateway = IPv4Address("192.0.2.1")
        settings.interface = "eno1"
        settings.mtu = 9000
        settings.nameServers = [try #require(IPv4Address("192.0.2.53"))]
        settings.ntpServers = ["ntp.example"]
        let configuration = try settings.configuration()
        #expect(configuration.links.map(\.selector) == [.name("eno1")])
        #expect(configuration.links.first?.mtu == 9000)
        #expect(configuration.links.first?.addressing.staticAddress?.gateway == IPv4Address("192.0.2.1"))
        #expect(configuration.nameServers == settings.nameServers)
        #expect(configuration.ntpServers == ["ntp.example"])
    }

    @Test(
        "contradictions are errors that name what contradicts",
        arguments: [
            ("192.0.2.7/24", "198.51.100.1", "eno1", 1500, "gateway 198.51.100.1 is not in the network"),
            ("192.0.2.7/24", "192.0.2.7", "eno1", 1500, "gateway 192.0.2.7 is the machine's own address"),
            ("192.0.2.0/24", "192.0.2.1", "eno1", 1500, "192.0.2.0/24 is its network's own or broadcast address"),
            ("192.0.2.255/24", "192.0.2.1", "eno1", 1500, "its network's own or broadcast address"),
            ("127.0.0.1/8", "", "eno1", 1500, "127.0.0.1/8 is no address for a host"),
            ("224.0.0.1/8", "", "eno1", 1500, "224.0.0.1/8 is no address for a host"),
            ("", "192.0.2.1", "", 1500, "STATIC_GATEWAY 192.0.2.1 is given without STATIC_IP"),
            ("", "", "eno1", 1500, "STATIC_IFACE eno1 is given without STATIC_IP"),
            ("192.0.2.7/24", "", "a name with blanks", 1500, "is no link's name"),
            ("192.0.2.7/24", "", "eno1", 68, "MTU 68 is not between 576 and 65535"),
        ] as [(String, String, String, UInt32, String)])
    func contradiction(address: String, gateway: String, interface: String, mtu: UInt32, problem: String) {
        var settings = NetworkSettings()
        settings.staticAddress = IPv4Prefix(address)
        settings.gateway = IPv4Address(gateway)
        settings.interface = interface
        settings.mtu = mtu
        let error = #expect(throws: NetworkConfigurationError.self) { try settings.configuration() }
        #expect(error?.problems.count == 1)
        #expect(error?.description.contains(problem) == true, "\(String(describing: error))")
    }

    @Test("all contradictions are told together")
    func several() {
        var settings = NetworkSettings()
        settings.gateway = IPv4Address("192.0.2.1")
        settings.interface = "eno1"
        settings.mtu = 70000
        let error = #expect(throws: NetworkConfigurationError.self) { try settings.configuration() }
        #expect(error?.problems.count == 3)
    }

    @Test("two addresses on one link's name, or one address on two links, exclude each other")
    func conflicts() throws {
        let one = Addressing.fixed(StaticAddress(address: try #require(IPv4Prefix("192.0.2.7/24"))))
        let links = [
            LinkConfiguration(selector: .name("a"), addressing: one),
            LinkConfiguration(selector: .name("b"), addressing: one),
            LinkConfiguration(selector: .name("b"), addressing: .dhcp),
            LinkConfiguration(selector: .everyPhysicalNIC, addressing: .dhcp),
        ]
        let error = #expect(throws: NetworkConfigurationError.self) { try NetworkConfiguration(links: links) }
        #expect(error?.problems.contains("address 192.0.2.7/24 is given to two links") == true)
        #expect(error?.problems.contains("NIC b is configured twice") == true)
        #expect(error?.problems.contains { $0.contains("exclude each other") } == true)
    }

    @Test("a single address may have its gateway elsewhere; a network of two may not use it up")
    func singleAddress() throws {
        var settings = NetworkSettings()
        settings.staticAddress = IPv4Prefix("198.51.100.9/32")
        settings.gateway = IPv4Address("192.0.2.1")
        #expect(try settings.configuration().links.first?.addressing.staticAddress?.isGatewayOnLink == true)
        settings.staticAddress = IPv4Prefix("192.0.2.0/31")
        #expect(try settings.configuration().links.first?.addressing.staticAddress?.isGatewayOnLink == false)
    }
}
