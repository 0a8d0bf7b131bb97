import Foundation
import Netlink
import NetworkTestKit
import NetworkTypes
import Testing

@testable import DHCPv6

/// The real code against a real DHCPv6 server and router (dnsmasq), in network namespaces. Needs root.
@Suite("Root: DHCPv6 and router advertisements of dnsmasq", .serialized)
struct DHCPv6RootTests {
    private static let range = "--dhcp-range=fd77::100,fd77::1ff,64,5m"

    @Test("a lease is got, its address checked and used, and then renewed, confirmed and given up")
    func lease() async throws {
        let lab = try NetworkLab.withRouter()
        defer { lab.close() }
        try lab.startServer([Self.range])
        try await lab.inClient {
            let client = try LabClient()
            try client.openSocket()
            let begun = ContinuousClock.now
            client.act { $0.start(at: $1) }
            try client.wait { $0.lease != nil }
            #expect(begun.duration(to: .now) < .seconds(3))
            let lease = try #require(client.lease)
            #expect(IPPrefix("fd77::100/120")?.contains(.v6(lease.address)) == true)
            #expect(lease.validSeconds == 300 && lease.settings.nameServers.map(\.description) == ["fd77::53"])
            #expect(lease.settings.domains == ["lab.example"] && lease.settings.ntpServers == ["fd77::123"])

            let prefix = try #require(lease.prefix)
            try client.session.add(
                prefix, to: client.link, lifetime: AddressLifetime(preferred: 300, valid: 300))
            try client.wait { $0.addresses.contains { $0.prefix == prefix && $0.isReady } }
            #expect(client.addresses.first { $0.prefix == prefix }?.flags.contains(.tentative) == true)

            client.skip(to: .now + .seconds(160))
            try client.wait { $0.actions.count == 2 }
            #expect(client.actions.suffix(1).lease?.address == lease.address && lab.count("DHCPRENEW(") == 1)
            client.skip(to: .now + .seconds(160 + 280))
            try client.wait { $0.actions.count == 3 }
            #expect(client.actions.suffix(1).lease?.address == lease.address && lab.count("DHCPREBIND(") >= 1)
            client.act { $0.confirm(at: $1) }
            try client.wait { $0.actions.count == 4 }
            #expect(client.actions.suffix(1).lease?.address == lease.address && lab.count("DHCPCONFIRM(") == 1)

            try client.session.remove(prefix, from: client.link)
            client.act { $0.release(at: $1) }
            try client.wait { _ in lab.count("DHCPRELEASE(") == 1 }
        }
    }

    @Test("four messages lead to a lease where two may not")
    func fourMessages() async throws {
        let lab = try NetworkLab.withRouter()
        defer { lab.close() }
        try lab.startServer([Self.range])
        try await lab.inClient {
            let client = try LabClient(offersRapidCommit: false)
            try client.openSocket()
            client.act { $0.start(at: $1) }
            try client.wait { $0.lease != nil }
            for word in ["DHCPSOLICIT(", "DHCPADVERTISE(", "DHCPREQUEST(", "DHCPREPLY("] {
                #expect(lab.count(word) == 1, "\(lab.serverLog)")
            }
        }
    }

    @Test("an address that another machine has is found out by the kernel, declined, and replaced by another")
    func duplicate() async throws {
        let lab = try NetworkLab.withRouter()
        defer { lab.close() }
        try lab.startServer([Self.range])
        try await lab.inClient {
            let client = try LabClient()
            try client.openSocket()
            client.act { $0.start(at: $1) }
            try client.wait { $0.lease != nil }
            let first = try #require(client.lease?.prefix)
            try lab.serverIP("addr", "add", "\(first.address)/128", "dev", "srv0", "nodad")
            try client.session.add(first, to: client.link)
            try client.wait { $0.addresses.contains { $0.prefix == first && $0.flags.contains(.duplicate) } }
            try client.session.remove(first, from: client.link)
            client.act { $0.decline(at: $1) }
            try client.wait { $0.lease != nil }
            #expect(client.actions.loss == first.address.duplicate)
            #expect(client.lease.map { $0.prefix != first } == true && lab.count("DHCPDECLINE(") == 1)
        }
    }

    @Test("a server without addresses says so")
    func noAddresses() async throws {
        let lab = try NetworkLab.withRouter()
        defer { lab.close() }
        try lab.startServer(["--dhcp-range=fd77::,static,64,5m"])
        try await lab.inClient {
            let client = try LabClient()
            try client.openSocket()
            client.act { $0.start(at: $1) }
            try client.wait { $0.actions.failure != nil }
            #expect(client.actions.failure?.description.contains("NoAddrsAvail") == true, "\(client.actions)")
        }
    }

    @Test("without DHCPv6 addresses, a router's prefix gives one, its options name servers, and DHCPv6 the rest")
    func stateless() async throws {
        let lab = try NetworkLab.withRouter()
        defer { lab.close() }
        try lab.startServer(["--dhcp-range=fd77::,ra-stateless,64,5m"])
        try await lab.inClient {
            let client = try LabClient()
            try client.openSocket()
            let network = try #require(IPPrefix("fd77::/64"))
            var listed: [LinkAddress] = []
            try client.wait { client in
                listed += (try? client.session.addresses(of: client.link)) ?? []
                return client.addresses.contains { network.contains($0.address) && $0.isReady }
            }
            // The kernel tells of such an address only when it is ready; lists have it before.
            #expect(listed.contains { network.contains($0.address) && $0.flags.contains(.tentative) })
            let own = client.addresses.filter { network.contains($0.address) }
            #expect(own.allSatisfy { !$0.flags.contains(.permanent) })

            try client.wait { $0.options.count >= 2 }
            let servers = try #require(client.nameServers)
            #expect(servers.addresses.map(\.description) == ["fd77::53"] && (servers.seconds ?? 0) > 0)
            #expect(client.options.contains { if case .searchDomains(["lab.example"], _) = $0 { true } else { false } })
            try client.wait { $0.flags != nil }
            #expect(client.flags?.contains(.otherSettings) == true && client.flags?.contains(.managed) == false)
            let link = try #require(try client.session.links().first { $0.index == client.link.index })
            #expect(link.routers?.flags.isSuperset(of: [.heard, .otherSettings]) == true)
            let route = try client.session.routes().first { $0.destination == .everywhereIPv6 }
            #expect(route?.origin == .router && route?.gateway?.isIPv6 == true)

            client.act { $0.startStateless(at: $1) }
            try client.wait { $0.actions.settings != nil }
            #expect(client.actions.settings?.nameServers.map(\.description) == ["fd77::53"])
            #expect(client.actions.settings?.ntpServers == ["fd77::123"])
        }
    }
}

extension LabClient {
    /// The options of routers that were heard.
    fileprivate var options: [RouterOption] {
        heard.flatMap { change -> [RouterOption] in
            if case .routerOptions(link.index, .some, let options) = change { options } else { [] }
        }
    }

    fileprivate var nameServers: (addresses: [IPv6Address], seconds: UInt32?)? {
        options.lazy.compactMap { if case .nameServers(let list, let seconds) = $0 { (list, seconds) } else { nil } }
            .first
    }

    /// What routers said of DHCPv6.
    fileprivate var flags: RouterFlags? {
        heard.lazy.compactMap { if case .routers(self.link.index, let known) = $0 { known.flags } else { nil } }
            .last { $0.contains(.heard) }
    }
}

extension IPAddress {
    fileprivate var duplicate: DHCPv6Failure? {
        if case .v6(let address) = self { .duplicate(address) } else { nil }
    }
}
