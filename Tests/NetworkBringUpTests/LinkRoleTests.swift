import NetworkConfiguration
import NetworkTypes
import Testing

@testable import NetworkBringUp

@Suite("What a link is for")
struct LinkRoleTests {
    private static let mac = MACAddress(octets: [0x52, 0x54, 0, 0, 0, 1]) ?? .zero

    private func card(
        _ name: String, names: CardNames? = nil, driver: String = "virtio_net", bus: String = "0000:03:00.0"
    ) -> NetworkCard {
        NetworkCard(index: 2, name: name, mac: Self.mac, busAddress: bus, driver: driver, names: names)
    }

    private func configuration(_ links: [LinkConfiguration]) throws -> NetworkConfiguration {
        try NetworkConfiguration(source: .vars, links: links)
    }

    @Test(
        "a card answers to its names, its MAC address and its place",
        arguments: [
            (NICSelector.name("eno1"), true), (.name("enp3s0"), true), (.name("eth4"), true), (.name("eth0"), false),
            (.name("0000:03:00.0"), true), (.name("0000:04:00.0"), false), (.mac(LinkRoleTests.mac), true),
            (.mac(.zero), false), (.everyPhysicalNIC, true), (.firstWithCarrier, false),
        ])
    func names(selector: NICSelector, expected: Bool) {
        let card = card("eno1", names: CardNames(preferred: "eno1", aliases: ["eno1", "enp3s0", "eth4"]))
        #expect(card.matches(selector) == expected)
    }

    @Test("the kernel's own number means nothing while the place in PCI order is not known")
    func kernelNumber() {
        let unknown = card("eth0", names: CardNames(preferred: nil, aliases: ["enp3s0"]))
        #expect(!unknown.matches(.name("eth0")) && unknown.matches(.name("enp3s0")))
        #expect(card("eth0").matches(.name("eth0")), "where no other names are known, it does")
        #expect(card("enp9s0", names: CardNames(preferred: nil, aliases: [])).matches(.name("enp9s0")))
    }

    @Test(
        "a match wants all that it names",
        arguments: [
            (nil, nil, [], true), ("en*", nil, [], true), ("eth[1-3]", nil, [], false), ("en*", "mac", [], true),
            (nil, "other", [], false), (nil, nil, ["virtio*"], true), ("en*", "mac", ["ixgbe", "mlx5_core"], false),
        ] as [(String?, String?, [String], Bool)])
    func match(name: String?, mac: String?, drivers: [String], expected: Bool) {
        var match = NICMatch()
        match.name = name
        match.mac = mac.map { $0 == "mac" ? Self.mac : .zero }
        match.drivers = drivers
        #expect(card("enp3s0").matches(.matching(match)) == expected)
    }

    @Test("a member of a bond is that and nothing else")
    func member() throws {
        let bond = LinkConfiguration(
            name: "bond0", kind: .bond(BondParameters(mode: .lacp), members: ["a"]), addressing: .automatic)
        let member = LinkConfiguration(name: "a", kind: .physical(.name("enp3s0")))
        let configuration = try configuration([bond, member])
        #expect(configuration.role(of: card("enp3s0")) == .member(member, of: "bond0"))
        #expect(configuration.role(of: card("enp4s0")) == .unused)
    }

    @Test("without a named card any may be the first with a carrier, but not a link in software")
    func candidate() throws {
        let configuration = try configuration([LinkConfiguration(.firstWithCarrier, addressing: .automatic)])
        #expect(configuration.role(of: card("enp3s0")) == .candidate)
        let virtual = NetworkCard(index: 9, name: "bond0", mac: Self.mac, kind: "bond")
        #expect(configuration.role(of: virtual) == .unused)
    }

    @Test("a link in software has the role of its name")
    func virtual() throws {
        let vlan = LinkConfiguration(name: "v", kind: .vlan(id: 7, parent: "p"), addressing: .automatic)
        let parent = LinkConfiguration(name: "p", kind: .physical(.name("enp3s0")))
        let configuration = try configuration([vlan, parent])
        #expect(
            configuration.role(of: NetworkCard(index: 9, name: "v", mac: Self.mac, kind: "vlan")) == .configured(vlan))
        #expect(configuration.role(of: card("enp3s0")) == .configured(parent))
        #expect(configuration.carried(by: parent) == ["v"])
    }

    @Test("a VLAN is not the NIC below it, whose MAC address it has and whose pattern its name fits")
    func vlanIsNotItsNIC() throws {
        var match = NICMatch()
        match.name = "en*"
        let vlan = LinkConfiguration(name: "en0.7", kind: .vlan(id: 7, parent: "nic"), addressing: .automatic)
        for selector in [NICSelector.mac(Self.mac), .matching(match)] {
            let nic = LinkConfiguration(name: "nic", kind: .physical(selector))
            let configuration = try configuration([nic, vlan])
            let link = NetworkCard(index: 9, name: "en0.7", mac: Self.mac, kind: "vlan")
            #expect(configuration.role(of: link) == .configured(vlan))
        }
    }

    @Test("each state of a link has a plain reason")
    func reasons() {
        let begin = ContinuousClock.now
        let now = begin + .seconds(31)
        let reasons: [(CardStatus, String)] = [
            (.noCarrier(since: begin, because: "eno1 has no carrier"), "no carrier after 31 s (eno1 has no carrier)"),
            (.noPartner(since: begin, "eno1: no LACPDU"), "no partner after 31 s: eno1: no LACPDU"),
            (.member(of: "bond0", nil), "member of bond0"), (.carrying(["a", "b"]), "carries a, b"),
            (.awaitingRouter(since: begin), "no router has announced itself in 31 s"),
        ]
        for (status, reason) in reasons { #expect(status.reason(at: now) == reason) }
    }
}
