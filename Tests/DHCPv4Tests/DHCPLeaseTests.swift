import NetworkTypes
import Testing

@testable import DHCPv4

@Suite("What a lease holds")
struct DHCPLeaseTests {
    private func lease(
        _ options: [DHCPOption: [UInt8]], address: String = "192.0.2.7", server: String? = "192.0.2.1"
    ) throws -> DHCPLease {
        var message = DHCPMessage(.ack, isReply: true, transactionID: 1, clientMAC: .zero)
        message.yourAddress = try #require(IPv4Address(address))
        message.options[.serverIdentifier] = server.flatMap { IPv4Address($0)?.octets }
        for (option, value) in options { message.options[option] = value }
        return try DHCPLease(message)
    }

    @Test("every option is read")
    func everything() throws {
        let lease = try lease([
            .subnetMask: hex("ffffff00"), .routers: hex("c0000201 c0000202"), .nameServers: hex("c0000203 c0000204 00"),
            .domainName: Array("lab.example corp.example".utf8), .hostName: Array("node7".utf8),
            .interfaceMTU: hex("2328"), .ntpServers: hex("c0000205"), .leaseTime: hex("00000e10"),
            .renewalTime: hex("00000384"), .rebindingTime: hex("00000708"), .vendorInformation: hex("01 02 00ff"),
        ])
        #expect(lease.address.description == "192.0.2.7/24")
        #expect(lease.gateway == IPv4Address("192.0.2.1"))
        #expect(lease.routes.count == 1)
        #expect(lease.nameServers.map(\.description) == ["192.0.2.3", "192.0.2.4"])
        #expect(lease.domainName == "lab.example" && lease.domains == ["lab.example", "corp.example"])
        #expect(lease.vendorInformation == hex("01 02 00ff"))
        #expect(lease.hostName == "node7")
        #expect(lease.mtu == 9000)
        #expect(lease.ntpServers.map(\.description) == ["192.0.2.5"])
        #expect(lease.leaseSeconds == 3600 && lease.renewalSeconds == 900 && lease.rebindingSeconds == 1800)
    }

    @Test("a list of domains comes before the one domain, unless it is malformed or empty")
    func domainSearch() throws {
        let domain: [DHCPOption: [UInt8]] = [.domainName: Array("lab.example".utf8)]
        let list = hex("01 61 01 62 00 01 63 c0 02")
        let lease = try lease(domain.merging([.domainSearch: list]) { $1 })
        #expect(lease.domains == ["a.b", "c.b"] && lease.domainName == "lab.example")
        for malformed in ["c0 00", "03 61", "02 6120 00", ""] {
            let lease = try self.lease(domain.merging([.domainSearch: hex(malformed)]) { $1 })
            #expect(lease.domains == ["lab.example"], "\(malformed)")
        }
    }

    @Test("IPv6-only (option 108) is not heeded: the machine was given an address to use")
    func ipv6Only() throws {
        #expect(try lease([DHCPOption(rawValue: 108): hex("00000708")]) == lease([:]))
    }

    @Test("what is missing gets the usual value")
    func defaults() throws {
        #expect(try lease([:]).address.description == "192.0.2.7/24")
        #expect(try lease([:], address: "10.1.2.3").address.length == 8)
        #expect(try lease([:], address: "172.16.2.3").address.length == 16)
        #expect(try lease([:]).leaseSeconds == 3600)
        #expect(try lease([.leaseTime: hex("00000080")]).renewalSeconds == 64)
        #expect(try lease([.leaseTime: hex("00000080")]).rebindingSeconds == 112)
        #expect(try lease([.leaseTime: hex("00000001")]).leaseSeconds == 20)
        #expect(try lease([.interfaceMTU: hex("0044")]).mtu == nil)
        #expect(try lease([.leaseTime: hex("ffffffff"), .renewalTime: hex("00000010")]).leaseSeconds == nil)
        #expect(try lease([.leaseTime: hex("ffffffff"), .renewalTime: hex("00000010")]).renewalSeconds == nil)
    }

    @Test("times in the wrong order are replaced by the usual ones")
    func disorder() throws {
        let lease = try lease([
            .leaseTime: hex("00000064"), .renewalTime: hex("00000060"), .rebindingTime: hex("00000050"),
        ])
        #expect(lease.renewalSeconds == 50 && lease.rebindingSeconds == 88)
    }

    @Test("classless routes take the place of routers")
    func classless() throws {
        // The prefixes are those of the table in RFC 3442, each with router 10.0.0.1.
        let option = hex(
            """
            00 0a000001                # 0.0.0.0/0
            08 0a 0a000001             # 10.0.0.0/8
            18 0a0000 0a000001         # 10.0.0.0/24
            10 0a11 0a000001           # 10.17.0.0/16
            18 0a1b81 0a000001         # 10.27.129.0/24
            19 0a e5 00 80 0a000001    # 10.229.0.128/25
            20 c6336409 00000000       # 198.51.100.9/32, on the link itself
            """)
        let lease = try lease([.classlessRoutes: option, .routers: hex("c0000202")])
        #expect(
            lease.routes.map(\.destination.description) == [
                "0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/24", "10.17.0.0/16", "10.27.129.0/24", "10.229.0.128/25",
                "198.51.100.9/32",
            ])
        #expect(lease.routes.dropLast().allSatisfy { $0.router == IPv4Address("10.0.0.1") })
        #expect(lease.routes.last?.router == nil)
        #expect(lease.gateway == IPv4Address("10.0.0.1"))
    }

    @Test("classless routes without a default route mean that there is none, but malformed ones mean nothing")
    func classlessWithoutDefault() throws {
        let routers: [DHCPOption: [UInt8]] = [.routers: hex("c0000202")]
        #expect(try lease(routers.merging([.classlessRoutes: hex("08 0a 0a000001")]) { $1 }).gateway == nil)
        for malformed in ["21 0a000000 00 0a000001", "18 0a00", "08 0a 0a0000", ""] {
            let lease = try lease(routers.merging([.classlessRoutes: hex(malformed)]) { $1 })
            #expect(lease.gateway == IPv4Address("192.0.2.2"), "\(malformed)")
        }
    }

    @Test("the network of a route has no bits beyond its prefix")
    func routeBits() {
        #expect(DHCPRoute.classless(parsing: hex("09 0aff 0a000001"))?.first?.destination.description == "10.128.0.0/9")
    }

    @Test(
        "an unusable answer says why",
        arguments: [
            ("0.0.0.0", "192.0.2.1", "ffffff00", "no usable address (0.0.0.0)"),
            ("224.0.0.5", "192.0.2.1", "ffffff00", "no usable address (224.0.0.5)"),
            ("127.0.0.5", "192.0.2.1", "ffffff00", "no usable address (127.0.0.5)"),
            ("192.0.2.7", nil, "ffffff00", "does not name its server"),
            ("192.0.2.7", "0.0.0.0", "ffffff00", "does not name its server"),
            ("192.0.2.7", "192.0.2.1", "ff00ff00", "netmask 255.0.255.0 is none"),
            ("192.0.2.7", "192.0.2.1", "00000000", "netmask 0.0.0.0 is none"),
            ("192.0.2.255", "192.0.2.1", "ffffff00", "192.0.2.255/24 is its network's own or broadcast address"),
        ] as [(String, String?, String, String)])
    func unusable(address: String, server: String?, mask: String, why: String) {
        let error = #expect(throws: UnusableLease.self) {
            try lease([.subnetMask: hex(mask)], address: address, server: server)
        }
        #expect(error?.description.contains(why) == true, "\(String(describing: error))")
    }
}
