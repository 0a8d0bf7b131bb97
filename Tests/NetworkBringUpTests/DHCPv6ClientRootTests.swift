import DHCPv6
import LinuxSystem
import Netlink
import NetworkTestKit
import NetworkTypes
import Testing

@testable import NetworkBringUp

/// The DHCPv6 client as the engine drives it, against dnsmasq, in network namespaces. Needs root.
@Suite("Root: the DHCPv6 client", .serialized)
struct DHCPv6ClientRootTests {
    @Test("it gets a lease with the machine's UUID for its identity, and gives it up")
    func lease() async throws {
        let lab = try NetworkLab()
        defer { lab.close() }
        try lab.plugIn()
        try lab.serverIP("addr", "add", "fd77::1/64", "dev", "srv0", "nodad")
        try lab.startServer(["--dhcp-range=fd77::100,fd77::1ff,64,5m"])
        let uuid = Array(UInt8(0x10)...0x1f)
        try await lab.inClient {
            let session = try NetlinkSession()
            let (card, linkLocal) = try Self.prepare(session)
            let client = try DHCPv6Client(card: card, linkLocal: linkLocal, duid: DUID(uuid: uuid))
            var actions = client.start(at: .now)
            let end = ContinuousClock.now + .seconds(10)
            while client.lease == nil, ContinuousClock.now < end {
                let due = min(client.deadline ?? end, end)
                if Polling.readable(client.descriptors, until: due).contains(true) {
                    actions += try client.receive(at: .now)
                }
                if let deadline = client.deadline, deadline <= .now { actions += client.timerFired(at: .now) }
            }
            #expect(client.sendFailure == nil && client.progress.solicitsSent > 0)
            guard case .bound(let lease, let expiry?) = actions.last else {
                Issue.record("\(actions)\n\(lab.serverLog)")
                return
            }
            #expect(IPPrefix("fd77::100/120")?.contains(.v6(lease.address)) == true)
            #expect(expiry > .now + .seconds(290) && client.deadline.map { $0 < expiry } == true)
            #expect(client.release(at: .now).isEmpty && client.deadline == nil)
            let identity = "DHCPSOLICIT(srv0) 00:04:10:11:12:13"
            while !lab.serverLog.contains("DHCPRELEASE("), ContinuousClock.now < end {
                _ = Polling.readable([], timeout: 20)
            }
            #expect(lab.count("DHCPRELEASE(") == 1 && lab.serverLog.contains(identity), "\(lab.serverLog)")
        }
    }

    /// The client's card, set up, and its link-local address once its check for duplicates is over.
    private static func prepare(_ session: NetlinkSession) throws -> (NetworkCard, IPv6Address) {
        let link = try #require(try session.links().first { $0.name == "nic0" })
        try session.setUp(link)
        let end = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < end {
            for address in try session.addresses(of: link) where address.isReady {
                guard case .v6(let host) = address.address, host.isLinkLocal else { continue }
                return (NetworkCard(link: link, mac: try #require(link.mac), sysfs: "/sys"), host)
            }
            _ = Polling.readable([], timeout: 20)
        }
        throw LabFailure("no link-local address")
    }
}
