import NetworkTypes
import Testing

@testable import NetworkConfiguration

@Suite("The desired network")
struct NetworkConfigurationTests {
    private func prefix(_ text: String) throws -> IPv4Prefix { try #require(IPv4Prefix(text)) }

    private func problems(_ links: [LinkConfiguration]) -> [String] {
        do throws(NetworkConfigurationError) {
            _ = try NetworkConfiguration(source: .vars, links: links)
            return []
        } catch {
            return error.problems
        }
    }

    @Test(
        "an interface is a name, a MAC address, or the first with a carrier",
        arguments: [
            ("", NICSelector.firstWithCarrier), ("eno1", .name("eno1")),
            ("52:54:00:aa:bb:cc", .mac(MACAddress("52:54:00:aa:bb:cc") ?? .zero)),
            ("52-54-00-AA-BB-CC", .mac(MACAddress("52:54:00:aa:bb:cc") ?? .zero)),
        ])
    func selector(text: String, expected: NICSelector) {
        #expect(NICSelector(text) == expected)
    }

    @Test("one address on two links, one link twice, and every NIC beside one NIC exclude each other")
    func conflicts() throws {
        let one = Addressing(address: try prefix("192.0.2.7/24"), gateway: nil)
        let problems = problems([
            LinkConfiguration(.name("a"), addressing: one), LinkConfiguration(.name("b"), addressing: one),
            LinkConfiguration(.name("b"), addressing: .automatic),
            LinkConfiguration(.everyPhysicalNIC, addressing: .automatic),
        ])
        #expect(problems.contains("address 192.0.2.7/24 is given to two links"))
        #expect(problems.contains("NIC b is configured twice"))
        #expect(problems.contains { $0.contains("exclude each other") })
    }

    @Test("a bond's members must be there, belong to it alone, and have no addresses of their own")
    func members() {
        let bond = LinkKind.bond(BondParameters(mode: .lacp), members: ["a", "b", "c"])
        let problems = problems([
            LinkConfiguration(.name("a"), addressing: .none), LinkConfiguration(.name("b"), addressing: .automatic),
            LinkConfiguration(name: "bond0", kind: bond), LinkConfiguration(name: "bond1", kind: bond),
        ])
        #expect(problems.contains("bond bond0 lies upon c, which is not configured"))
        #expect(problems.contains("a cannot be a member of both bond0 and bond1"))
        #expect(problems.contains("b is a member of bond0 and cannot have addresses of its own"))
    }

    @Test("a link cannot lie upon itself, however far down")
    func cycle() {
        let problems = problems([
            LinkConfiguration(name: "one", kind: .vlan(id: 1, parent: "two")),
            LinkConfiguration(name: "two", kind: .vlan(id: 2, parent: "one")),
            LinkConfiguration(name: "three", kind: .vlan(id: 3, parent: "one")),
        ])
        #expect(problems == ["VLAN one lies upon itself", "VLAN two lies upon itself"])
    }

    @Test(
        "a bond's parameters must fit its mode",
        arguments: [
            (BondMode.lacp, "has no primary"), (.activeBackup, ""), (.balanceRoundRobin, "has no primary"),
        ])
    func primary(mode: BondMode, problem: String) {
        var bond = BondParameters(mode: mode)
        bond.primary = "a"
        let found = problems([
            LinkConfiguration(.name("a"), addressing: .none),
            LinkConfiguration(name: "bond0", kind: .bond(bond, members: ["a"]), addressing: .automatic),
        ])
        #expect(found.count == (problem.isEmpty ? 0 : 1))
        #expect(found.allSatisfy { $0.contains(problem) })
    }

    @Test(
        "fixed routes must have a router that can be reached",
        arguments: [
            ("192.0.2.7/24", "0.0.0.0/0", "192.0.2.1", false, ""),
            ("192.0.2.7/24", "0.0.0.0/0", "198.51.100.1", false, "is not in the network of 192.0.2.7/24"),
            ("192.0.2.7/24", "0.0.0.0/0", "198.51.100.1", true, ""),
            ("192.0.2.7/24", "::/0", "198.51.100.1", true, "of the other protocol"),
            ("2001:db8::7/64", "::/0", "fe80::1", false, ""),
            ("2001:db8::7/64", "::/0", "2001:db8::7", false, "is the machine's own address"),
        ])
    func routes(address: String, network: String, router: String, isOnLink: Bool, problem: String) throws {
        var addressing = Addressing()
        addressing.addresses = [try #require(IPPrefix(address))]
        addressing.routes = [
            ConfiguredRoute(
                to: try #require(IPPrefix(network)), via: IPAddress(router), isOnLink: isOnLink)
        ]
        let found = problems([LinkConfiguration(.name("a"), addressing: addressing)])
        #expect(found.count == (problem.isEmpty ? 0 : 1), "\(found)")
        #expect(found.allSatisfy { $0.contains(problem) }, "\(found)")
    }

    @Test("IPv6 needs an MTU of 1280, VLAN ids end at 4094")
    func limits() throws {
        var addressing = Addressing()
        addressing.addresses = [try #require(IPPrefix("2001:db8::7/64"))]
        #expect(
            problems([LinkConfiguration(.name("a"), addressing: addressing, mtu: 1000)])
                == ["MTU 1000 is too small for IPv6, which needs 1280"])
        let vlans = [
            LinkConfiguration(.name("a"), addressing: .none),
            LinkConfiguration(name: "v", kind: .vlan(id: 4095, parent: "a")),
        ]
        #expect(problems(vlans) == ["VLAN id 4095 of v is not between 1 and 4094"])
    }
}
