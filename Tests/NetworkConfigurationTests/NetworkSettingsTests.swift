import NetworkTypes
import Testing

@testable import NetworkConfiguration

@Suite("The network as the vars ask for it")
struct NetworkSettingsTests {
    private func addressing(_ address: String, _ gateway: String?) throws -> Addressing {
        Addressing(address: try #require(IPv4Prefix(address)), gateway: gateway.flatMap { IPv4Address($0) })
    }

    @Test("nothing said is DHCP on every physical NIC")
    func automatic() throws {
        #expect(try NetworkSettings().configuration() == .automatic)
    }

    @Test("a fixed address makes one link, with everything else given")
    func fixed() throws {
        var settings = NetworkSettings()
        settings.staticAddress = IPv4Prefix("192.0.2.7/24")
        settings.gateway = IPv4Address("192.0.2.1")
        settings.interface = "eno1"
        settings.mtu = 9000
        settings.nameServers = [try #require(IPAddress("192.0.2.53"))]
        settings.ntpServers = ["ntp.example"]
        let configuration = try settings.configuration()
        #expect(configuration.source == .vars)
        #expect(configuration.links.map(\.selector) == [.name("eno1")])
        #expect(configuration.links.first?.mtu == 9000)
        #expect(configuration.links.first?.addressing == (try addressing("192.0.2.7/24", "192.0.2.1")))
        #expect(configuration.nameServers == settings.nameServers)
        #expect(configuration.ntpServers == ["ntp.example"])
    }

    @Test("name servers, time servers and MTU alone are no source, but are added to DHCP")
    func additions() throws {
        var settings = NetworkSettings()
        settings.mtu = 1400
        settings.nameServers = [try #require(IPAddress("2001:db8::53"))]
        #expect(!settings.isSource)
        let configuration = try settings.configuration()
        #expect(configuration.source == .automatic)
        #expect(configuration.links.map(\.mtu) == [1400])
        #expect(configuration.nameServers == settings.nameServers)
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

    @Test("a single address may have its gateway elsewhere; a network of two may not use it up")
    func singleAddress() throws {
        #expect(try addressing("198.51.100.9/32", "192.0.2.1").routes.map(\.isOnLink) == [true])
        #expect(try addressing("192.0.2.0/31", "192.0.2.1").routes.map(\.isOnLink) == [false])
    }

    @Test("a bond gets its address from DHCP, its members none, and MAC addresses have one spelling")
    func bond() throws {
        var settings = NetworkSettings()
        settings.bondMembers = ["eno1", "52-54-00-AA-BB-CC"]
        let configuration = try settings.configuration()
        let bond = try #require(configuration.link(named: "bond0"))
        #expect(bond.lowerNames == ["eno1", "52:54:00:aa:bb:cc"])
        #expect(bond.addressing == .automatic)
        let members = configuration.links.filter { $0.selector != nil }
        #expect(members.map(\.name) == bond.lowerNames)
        #expect(members.allSatisfy { $0.addressing.isNone && configuration.master(of: $0) == bond })
        guard case .bond(let parameters, _) = bond.kind else {
            Issue.record("bond0 is no bond")
            return
        }
        #expect(parameters.mode == .lacp && parameters.lacpRate == .fast && parameters.monitoringMilliseconds == 100)
    }

    @Test("STATIC_IP without an interface lies on the bond")
    func staticBond() throws {
        var settings = NetworkSettings()
        settings.bondMembers = ["eth0", "eth1"]
        settings.bondMode = .activeBackup
        settings.staticAddress = IPv4Prefix("192.0.2.7/24")
        settings.gateway = IPv4Address("192.0.2.1")
        #expect(
            try settings.configuration().link(named: "bond0")?.addressing == addressing("192.0.2.7/24", "192.0.2.1"))
    }

    @Test("VLANs lie on NICs and on the bond, with addresses of their own or from DHCP; what carries them has none")
    func vlans() throws {
        var settings = NetworkSettings()
        settings.bondMembers = ["eth0", "eth1"]
        settings.vlans = [
            .init(id: 100, parent: "bond0"),
            .init(
                id: 200, parent: "eth2", address: IPv4Prefix("192.0.2.7/24"),
                gateway: IPv4Address("192.0.2.1")),
        ]
        let configuration = try settings.configuration()
        #expect(configuration.link(named: "bond0.100")?.addressing == .automatic)
        #expect(configuration.link(named: "eth2.200")?.addressing == (try addressing("192.0.2.7/24", "192.0.2.1")))
        for name in ["bond0", "eth0", "eth1", "eth2"] {
            #expect(configuration.link(named: name)?.addressing.isNone == true, "\(name)")
        }
    }

    @Test("STATIC_IP beside VLANs lies on their parent, unless there are several")
    func staticBesideVLANs() throws {
        var settings = NetworkSettings()
        settings.staticAddress = IPv4Prefix("192.0.2.7/24")
        settings.vlans = [.init(id: 100, parent: "eth0")]
        #expect(try settings.configuration().link(named: "eth0")?.addressing == addressing("192.0.2.7/24", nil))
        settings.vlans.append(.init(id: 100, parent: "eth1"))
        let error = #expect(throws: NetworkConfigurationError.self) { try settings.configuration() }
        #expect(error?.problems.first == "STATIC_IP could lie on any of eth0, eth1: set STATIC_IFACE")
    }

    @Test("a VLAN on a link with a long name, or known by its MAC address, is named by its id")
    func vlanNames() {
        #expect(NetworkSettings.VLAN(id: 4094, parent: "enp129s0f1np1").name == "vlan4094")
        #expect(NetworkSettings.VLAN(id: 7, parent: "52:54:00:aa:bb:cc").name == "vlan7")
    }
}
