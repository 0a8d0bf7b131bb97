import NetworkTypes
import Testing

@testable import NetworkConfiguration

@Suite struct NetplanFileTests: NetplanSuite {
    @Test func `one NIC with DHCP is the NIC of its ID`() throws {
        let file = try fixture("dhcp.yaml")
        var link = LinkConfiguration(.name("enp1s0"), addressing: .automatic)
        link.isOptional = true
        #expect(file.configuration == (try NetworkConfiguration(source: .netplan("dhcp.yaml"), links: [link])))
        #expect(file.warnings == [])
    }

    @Test func `a NIC found by its MAC address gets its name, addresses and routes`() throws {
        let file = try fixture("static-by-mac.yaml")
        let link = try #require(file.configuration.links.first)
        var match = NICMatch()
        match.mac = MACAddress("52:54:00:6b:3c:58")
        #expect(link.kind == .physical(.matching(match), newName: "eth0"))
        #expect(link.addressing.dhcp4 == nil)
        #expect(link.addressing.addresses == [try prefix("192.0.2.7/24"), try prefix("2001:db8::7/64")])
        #expect(
            link.addressing.routes == [
                ConfiguredRoute(to: .everywhereIPv4, via: try address("192.0.2.1"), metric: 100),
                ConfiguredRoute(to: try prefix("198.51.100.0/24"), via: try address("192.0.2.2")),
                ConfiguredRoute(
                    to: try prefix("203.0.113.9/32"), via: try address("192.0.2.3"), isOnLink: true,
                    source: try address("192.0.2.7")),
                ConfiguredRoute(to: .everywhereIPv6, via: try address("2001:db8::1")),
                ConfiguredRoute(to: try prefix("10.0.0.0/8")),
            ])
        #expect(link.addressing.nameServers == [try address("192.0.2.53"), try address("2001:db8::53")])
        #expect(link.addressing.searchDomains == ["lab.example", "example"])
        #expect(
            file.warnings == [
                "static-by-mac.yaml:11: label is not supported and has no effect",
                "static-by-mac.yaml:12: lifetime is not supported and has no effect",
                "static-by-mac.yaml:24: the route to 172.16.0.0/12 is left out: table 76 is not supported",
            ])
    }

    @Test func `a bond carries VLANs with jumbo frames`() throws {
        let file = try fixture("bond-vlans.yaml")
        #expect(file.warnings == [])
        #expect(file.configuration.links.map(\.name) == ["eno1", "eno2", "bond0", "bond0.100", "storage"])
        #expect(file.configuration.links.allSatisfy { $0.mtu == 9000 })
        var bond = BondParameters(mode: .lacp)
        bond.lacpRate = .fast
        bond.monitoringMilliseconds = 100
        bond.minimumLinks = 1
        bond.transmitHashPolicy = .layer34
        bond.aggregatorSelection = .bandwidth
        bond.upDelayMilliseconds = 200
        bond.downDelayMilliseconds = 1000
        let link = try #require(file.configuration.link(named: "bond0"))
        #expect(link.kind == .bond(bond, members: ["eno1", "eno2"]))
        #expect(link.mac == MACAddress("52:54:00:00:00:01"))
        #expect(link.addressing == .none)
        let vlan = try #require(file.configuration.link(named: "bond0.100"))
        #expect(vlan.kind == .vlan(id: 100, parent: "bond0"))
        #expect(vlan.addressing.routes == [ConfiguredRoute(to: .everywhereIPv4, via: try address("10.0.100.1"))])
        #expect(file.configuration.link(named: "storage")?.kind == .vlan(id: 200, parent: "bond0"))
    }

    @Test func `a bridge lies on a VLAN that lies on a bond`() throws {
        let file = try fixture("bridge-on-vlan.yaml")
        #expect(file.warnings == [])
        var match = NICMatch()
        match.name = "enp2*"
        match.drivers = ["ixgbe", "i40*"]
        #expect(file.configuration.link(named: "ports")?.kind == .physical(.matching(match)))
        var bond = BondParameters(mode: .activeBackup)
        bond.primary = "enp3s0"
        bond.monitoringMilliseconds = 50
        #expect(file.configuration.link(named: "bond0")?.kind == .bond(bond, members: ["ports", "enp3s0"]))
        var bridge = BridgeParameters()
        bridge.usesSpanningTree = false
        bridge.forwardDelaySeconds = 4
        bridge.helloSeconds = 2
        bridge.maximumAgeSeconds = 12
        bridge.ageingSeconds = 300
        bridge.priority = 8192
        let link = try #require(file.configuration.link(named: "br0"))
        #expect(link.kind == .bridge(bridge, members: ["vlan40"]))
        var dhcp = DHCPv4Settings()
        (dhcp.usesDNS, dhcp.usesNTP, dhcp.usesMTU, dhcp.routeMetric, dhcp.hostName) = (
            false, false, false, 50, "node-1"
        )
        #expect(link.addressing == Addressing(dhcp4: dhcp))
        var plain = BridgeParameters()
        plain.usesSpanningTree = true
        #expect(file.configuration.link(named: "br1")?.kind == .bridge(plain, members: []))
    }

    @Test func `IPv6 comes by DHCP, by routers or by hand`() throws {
        let file = try fixture("ipv6.yaml")
        let (first, second) = (file.configuration.links[0].addressing, file.configuration.links[1].addressing)
        #expect(first.dhcp6 && first.acceptsRouterAdvertisements == true && first.dhcp4 == nil)
        #expect(!second.dhcp6 && second.acceptsRouterAdvertisements == false)
        #expect(
            second.routes == [
                ConfiguredRoute(to: try prefix("2001:db8:2::/48"), via: try address("fe80::1")),
                ConfiguredRoute(to: .everywhereIPv6, via: try address("2001:db8:1::1")),
            ])
        #expect(
            file.warnings == [
                "ipv6.yaml:6: use-dns is not supported for DHCPv6 and has no effect",
                "ipv6.yaml:6: route-metric is not supported for DHCPv6 and has no effect",
            ])
    }

    @Test func `cloud-init writes the body alone`() throws {
        let file = try fixture("cloud-init.yaml")
        var match = NICMatch()
        (match.name, match.drivers) = ("en*", ["virtio_net"])
        #expect(file.configuration.links.map(\.kind) == [.physical(.matching(match))])
        #expect(file.configuration.links.first?.addressing == .automatic)
        #expect(file.warnings == [])
    }

    @Test func `old spellings, anchors and aliases are understood`() throws {
        let file = try fixture("old-keys.yaml")
        #expect(file.warnings == [])
        var bond = BondParameters(mode: .activeBackup)
        bond.monitoringMilliseconds = nil
        bond.arpIntervalMilliseconds = 1000
        bond.arpTargets = [IPv4Address("192.0.2.1"), IPv4Address("192.0.2.2")].compactMap { $0 }
        bond.arpValidation = .all
        bond.arpAllTargets = false
        bond.allMembersActive = true
        bond.gratuitousARPCount = 3
        bond.packetsPerMember = 8
        bond.failOverMAC = .follow
        bond.primary = "eno2"
        bond.primaryReselection = .better
        bond.igmpResendCount = 2
        bond.learningPacketSeconds = 5
        let link = try #require(file.configuration.link(named: "bond0"))
        #expect(link.kind == .bond(bond, members: ["eno1", "eno2"]))
        #expect(link.addressing.nameServers == [try address("203.0.113.53"), try address("198.51.100.53")])
        let nic = try #require(file.configuration.link(named: "eno3"))
        #expect(nic.addressing.routes == [ConfiguredRoute(to: .everywhereIPv4, via: try address("203.0.113.1"))])
    }

    @Test func `what is unknown or cannot be done is a warning with its line`() throws {
        let file = try fixture("unknown-keys.yaml")
        #expect(
            file.warnings.map { $0.replacing("unknown-keys.yaml:", with: "") } == [
                "3: unknown key \"ethernet\" (did you mean ethernets?)",
                "6: unknown key \"dhpc4\" (did you mean dhcp4?)",
                "7: unknown key \"adresses\" (did you mean addresses?)",
                "9: unknown key \"use-dsn\" (did you mean use-dns?)",
                "10: unknown key \"adresses\" (did you mean addresses?)",
                "11: unknown key \"mac\"",
                "12: routing-policy is not supported and has no effect",
                "13: activation-mode is not supported: the link comes up, but nothing waits for it",
                "14: dhcp-identifier duid is not supported: the MAC address identifies the machine",
                "16: Wi-Fi device wlan0 is not supported and is left out",
                "19: bond bond0 lies upon eno8, which is not declared: taken as the NIC of that name",
                "19: bond bond0 lies upon eno9, which is not declared: taken as the NIC of that name",
                "21: unknown key \"mdoe\" (did you mean mode?)",
                "22: openvswitch is not supported and has no effect",
                "23: unknown key \"other\"",
            ])
        #expect(file.configuration.link(named: "eno9") == LinkConfiguration(.name("eno9"), addressing: .none))
    }

    @Test(arguments: [
        ("to: default, via: 192.0.2.1", "0.0.0.0/0"), ("to: 0/0, via: 192.0.2.1", "0.0.0.0/0"),
        ("to: 0.0.0.0/0, via: 192.0.2.1, table: 254", "0.0.0.0/0"), ("to: default, via: '2001:db8::1'", "::/0"),
        ("to: '::/0', via: '2001:db8::1'", "::/0"), ("to: default, scope: link", "0.0.0.0/0"),
        ("to: default, from: '2001:db8::2'", "::/0"), ("to: 10.9.8.7, via: 192.0.2.1, type: unicast", "10.9.8.7/32"),
        ("to: '2001:db8::9', via: '2001:db8::1', scope: global", "2001:db8::9/128"),
        ("to: 10.9.8.7, via: 192.0.2.1, type: blackhole", nil), ("to: 10.9.8.7, scope: host", nil),
        ("to: 10.9.8.7, via: 192.0.2.1, table: 100", nil),
    ])
    func `routes lead where Netplan's do, or are left out`(route: String, destination: String?) throws {
        let file = try read(
            "network: {version: 2, ethernets: {e: {addresses: [192.0.2.7/24, '2001:db8::7/64'], routes: [{\(route)}]}}}"
        )
        let routes = file.configuration.links.first?.addressing.routes
        #expect(routes?.map(\.destination.description) == (destination.map { [$0] } ?? []))
        #expect(file.warnings.count == (destination == nil ? 1 : 0))
    }

    @Test(
        arguments: [
            ("0", 0), ("250", 250), ("250ms", 250), ("3s", 3000), ("4294967s", 4_294_967_000), ("4294968s", nil),
            ("1.5s", nil), ("-1", nil), ("ms", nil), ("5 s", nil), ("٣", nil),
        ] as [(String, UInt32?)])
    func `times are in milliseconds unless they say otherwise`(text: String, milliseconds: UInt32?) throws {
        let body = "bonds: {b: {interfaces: [e], parameters: {up-delay: '\(text)'}}}"
        guard case .bond(let bond, _)? = try? links(body).first?.kind else {
            #expect(milliseconds == nil)
            return
        }
        #expect(bond.upDelayMilliseconds == milliseconds)
    }

    @Test func `a bond is round-robin, watches carriers, and may name a member as set-name does`() throws {
        let body = """
            ethernets: {id0: {match: {macaddress: '52:54:00:00:00:01'}, set-name: lan0}},
            bonds: {b: {interfaces: [lan0], parameters: {}}}
            """
        let links = try links(body)
        #expect(links.count == 2)
        #expect(links.last?.kind == .bond(BondParameters(mode: .balanceRoundRobin), members: ["id0"]))
    }
}
