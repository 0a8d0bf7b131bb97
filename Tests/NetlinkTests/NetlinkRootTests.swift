import CLinux
import LinuxSystem
import NetworkTypes
import SystemPackage
import Testing

@testable import Netlink

/// Requests to the real kernel, each in a network namespace of its own thread. Needs root.
@Suite("Root: rtnetlink")
struct NetlinkRootTests {
    /// Runs on a thread with a network namespace of its own, which goes with the thread.
    private func inNamespace(_ body: @escaping @Sendable (NetlinkSession) throws -> Void) async throws {
        try await offPool("namespace") {
            try systemCall("unshare") { martlet_unshare_network() }
            try body(try NetlinkSession())
        }
    }

    private static func loopback(_ session: NetlinkSession) throws -> Link {
        try #require(try session.links().first { $0.name == "lo" })
    }

    /// A pair of joined links, made with the builder's nested attributes.
    private static func addPair(_ session: NetlinkSession) throws {
        var message = NetlinkMessageBuilder(type: Int(RTM_NEWLINK), flags: NLM_F_CREATE | NLM_F_EXCL)
        message.fixedPart { $0.zeros(16) }
        message.attribute(Int(IFLA_IFNAME), text: "one")
        message.nested(Int(IFLA_LINKINFO)) { info in
            info.attribute(Int(IFLA_INFO_KIND), text: "veth")
            info.nested(Int(IFLA_INFO_DATA)) { data in
                data.nested(1) { peer in
                    peer.fixedPart { $0.zeros(16) }
                    peer.attribute(Int(IFLA_IFNAME), text: "two")
                }
            }
        }
        try session.perform(message, asked: "add a pair of links")
    }

    @Test("a link is set up, given another MTU, and set down")
    func link() async throws {
        try await inNamespace { session in
            var link = try Self.loopback(session)
            #expect(!link.flags.contains(.up) && link.flags.contains(.loopback))
            try session.setUp(link)
            try session.setMTU(1300, of: link)
            link = try Self.loopback(session)
            #expect(link.isRunning && link.mtu == 1300)
            try session.setDown(link)
            #expect(try !Self.loopback(session).flags.contains(.up))
        }
    }

    @Test("an address is added, replaced with a life time, and removed")
    func address() async throws {
        try await inNamespace { session in
            let link = try Self.loopback(session)
            try session.setUp(link)
            let address = try #require(IPv4Prefix("192.0.2.7/24"))
            try session.add(address, to: link)
            let again = #expect(throws: NetlinkError.self) { try session.add(address, to: link) }
            #expect(again?.errno == .fileExists)
            #expect(again?.description.hasPrefix("add address 192.0.2.7/24 to link lo: File exists") == true)
            try session.replace(address, on: link, lifetime: AddressLifetime(preferred: 50, valid: 100), metric: 7)
            let found = try session.addresses(of: link).first { $0.ipv4 == address }
            #expect(found?.scope == "global" && (found?.validSeconds ?? 0) > 90)
            try session.remove(address, from: link)
            #expect(try !session.addresses(of: link).contains { $0.ipv4 == address })
        }
    }

    @Test("routes are added, replaced and removed, and read as they were written")
    func routes() async throws {
        try await inNamespace { session in
            try Self.addPair(session)
            for link in try session.links() { try session.setUp(link) }
            let link = try #require(try session.links().first { $0.name == "one" })
            #expect(link.kind == "veth")
            try session.add(try #require(IPv4Prefix("192.0.2.7/24")), to: link, metric: 50)
            let everywhere = try #require(IPv4Prefix("0.0.0.0/0"))
            let source = IPv4Address("192.0.2.7")
            let wanted = [
                Route(
                    to: everywhere, via: IPv4Address("192.0.2.1"), linkIndex: link.index, metric: 100, source: source,
                    origin: .dhcp),
                Route(
                    to: everywhere, via: IPv4Address("198.51.100.1"), linkIndex: link.index, metric: 200,
                    source: source, isGatewayOnLink: true),
                Route(to: try #require(IPv4Prefix("172.20.0.0/16")), linkIndex: link.index, metric: 3, source: source),
            ]
            for route in wanted { try session.add(route, over: link) }
            for route in wanted { try session.replace(route, over: link) }
            var found = try session.routes()
            for route in wanted { #expect(found.contains(route), "\(found)") }
            #expect(found.contains { $0.origin == .kernel && $0.metric == 50 })
            for route in wanted { try session.remove(route, over: link) }
            found = try session.routes()
            #expect(!found.contains { wanted.contains($0) })
        }
    }

    @Test("a refused request says what the kernel has against it")
    func refusal() async throws {
        try await inNamespace { session in
            let link = try Self.loopback(session)
            let route = Route(
                to: try #require(IPv4Prefix("10.0.0.0/8")), via: IPv4Address("192.0.2.1"), linkIndex: link.index)
            let error = #expect(throws: NetlinkError.self) { try session.add(route, over: link) }
            #expect(error?.description.hasPrefix("add route 10.0.0.0/8 via 192.0.2.1 over link lo: ") == true)
            guard case .refused(_, _, let reason?) = error else {
                Issue.record("no reason in \(String(describing: error))")
                return
            }
            #expect(!reason.isEmpty)
        }
    }

    @Test("links that appear and change are heard of")
    func notifications() async throws {
        try await inNamespace { session in
            let monitor = try LinkMonitor()
            #expect(try monitor.changes().isEmpty)
            try Self.addPair(session)
            let names = try monitor.changes().compactMap { change in
                if case .present(let link) = change { link.name } else { nil }
            }
            #expect(Set(names) == ["one", "two"])
        }
    }
}
