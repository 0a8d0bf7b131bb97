import CLinux
import Glibc
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
            // A thread that the runtime makes for what comes after this would be born in the namespace, and stay in it.
            let home = try Descriptor.open("/proc/thread-self/ns/net", O_RDONLY)
            defer { _ = martlet_enter_network(home.rawValue) }
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
            let address = try #require(IPPrefix("192.0.2.7/24"))
            try session.add(address, to: link)
            let again = #expect(throws: NetlinkError.self) { try session.add(address, to: link) }
            #expect(again?.errno == .fileExists)
            #expect(again?.description.hasPrefix("add address 192.0.2.7/24 to link lo: File exists") == true)
            try session.replace(address, on: link, lifetime: AddressLifetime(preferred: 50, valid: 100), metric: 7)
            let found = try session.addresses(of: link).first { $0.prefix == address }
            #expect(found?.scope == "global" && (found?.validSeconds ?? 0) > 90)
            try session.remove(address, from: link)
            #expect(try !session.addresses(of: link).contains { $0.prefix == address })
        }
    }

    @Test("routes are added, replaced and removed, and read as they were written")
    func routes() async throws {
        try await inNamespace { session in
            try Self.addPair(session)
            for link in try session.links() { try session.setUp(link) }
            let link = try #require(try session.links().first { $0.name == "one" })
            #expect(link.kind == "veth")
            try session.add(try #require(IPPrefix("192.0.2.7/24")), to: link, metric: 50)
            let everywhere = try #require(IPPrefix("0.0.0.0/0"))
            let source = IPAddress("192.0.2.7")
            let wanted = [
                Route(
                    to: everywhere, via: IPAddress("192.0.2.1"), linkIndex: link.index, metric: 100, source: source,
                    origin: .dhcp),
                Route(
                    to: everywhere, via: IPAddress("198.51.100.1"), linkIndex: link.index, metric: 200,
                    source: source, isGatewayOnLink: true),
                Route(to: try #require(IPPrefix("172.20.0.0/16")), linkIndex: link.index, metric: 3, source: source),
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

    @Test("an IPv6 address is tentative until its check for duplicates is over, which the monitor hears")
    func ipv6Address() async throws {
        try await inNamespace { try Self.watchAddress($0) }
    }

    private static func watchAddress(_ session: NetlinkSession) throws {
        try Self.addPair(session)
        let monitor = try AddressMonitor()
        for link in try session.links() { try session.setUp(link) }
        let link = try #require(try session.links().first { $0.name == "one" })
        let prefix = try #require(IPPrefix("2001:db8::7/64"))
        let addresses = try Self.hear(monitor) { !$0.isEmpty }
        #expect(addresses.allSatisfy { $0.address.isIPv6 || $0.scope == "host" })

        try session.add(prefix, to: link, lifetime: AddressLifetime(preferred: 50, valid: 100))
        let heard = try Self.hear(monitor) { $0.contains { $0.prefix == prefix && $0.isReady } }
            .filter { $0.prefix == prefix }
        #expect(heard.first?.flags.contains(.tentative) == true && heard.last?.flags == [])
        #expect((heard.last?.preferredSeconds ?? 0) > 40 && (heard.last?.validSeconds ?? 0) > 90)

        let unchecked = try #require(IPPrefix("2001:db8::8/128"))
        try session.add(unchecked, to: link, isChecked: false)
        #expect(try session.addresses(of: link).first { $0.prefix == unchecked }?.flags.contains(.permanent) == true)
        #expect(try session.addresses(of: link).first { $0.prefix == unchecked }?.isReady == true)
        try session.replace(unchecked, on: link, lifetime: AddressLifetime(preferred: 0, valid: 100))
        let found = try session.addresses(of: link).first { $0.prefix == unchecked }
        #expect(found?.flags.contains(.deprecated) == true)

        _ = try monitor.changes()
        try session.remove(prefix, from: link)
        #expect(
            try monitor.changes().contains { change in
                if case .gone(let address) = change { address.prefix == prefix } else { false }
            })
    }

    @Test("an address that the other end has too is found to be a duplicate")
    func duplicate() async throws {
        try await inNamespace { try Self.watchDuplicate($0) }
    }

    private static func watchDuplicate(_ session: NetlinkSession) throws {
        try Self.addPair(session)
        let monitor = try AddressMonitor()
        for link in try session.links() { try session.setUp(link) }
        let (one, two) = (
            try #require(try session.links().first { $0.name == "one" }),
            try #require(try session.links().first { $0.name == "two" })
        )
        let prefix = try #require(IPPrefix("2001:db8::7/64"))
        try session.add(prefix, to: two, isChecked: false)
        try session.add(prefix, to: one)
        let heard = try Self.hear(monitor) { $0.contains { $0.flags.contains(.duplicate) } }
        let duplicate = try #require(heard.first { $0.flags.contains(.duplicate) })
        #expect(duplicate.prefix == prefix && duplicate.linkIndex == one.index && !duplicate.isReady)
    }

    /// The addresses that are heard of until they fit; ten seconds at most.
    private static func hear(
        _ monitor: AddressMonitor, until fits: ([LinkAddress]) -> Bool
    ) throws -> [LinkAddress] {
        let deadline = ContinuousClock.now + .seconds(10)
        var heard: [LinkAddress] = []
        while !fits(heard), ContinuousClock.now < deadline {
            _ = Polling.readable([monitor.descriptor.rawValue], until: deadline)
            heard += try monitor.changes().compactMap { change in
                if case .present(let address) = change { address } else { nil }
            }
        }
        return heard
    }

    @Test(
        "IPv6 routes are added, replaced and removed, and listed without those of multicast and of the machine itself")
    func ipv6Routes() async throws {
        try await inNamespace { session in
            try Self.addPair(session)
            for link in try session.links() { try session.setUp(link) }
            let link = try #require(try session.links().first { $0.name == "one" })
            try session.add(try #require(IPPrefix("2001:db8::7/64")), to: link, metric: 50, isChecked: false)
            let source = IPAddress("2001:db8::7")
            let wanted = [
                Route(
                    to: .everywhereIPv6, via: IPAddress("fe80::1"), linkIndex: link.index, metric: 100, source: source,
                    origin: .dhcp),
                Route(
                    to: .everywhereIPv6, via: IPAddress("2001:db8:1::1"), linkIndex: link.index, metric: 200,
                    isGatewayOnLink: true),
                Route(to: try #require(IPPrefix("2001:db8:2::/48")), linkIndex: link.index, metric: 3, source: source),
            ]
            for route in wanted { try session.add(route, over: link) }
            for route in wanted { try session.replace(route, over: link) }
            var found = try session.routes().filter { $0.destination.address.isIPv6 }
            for route in wanted { #expect(found.contains(route), "\(found)") }
            #expect(found.contains { $0.origin == .kernel && $0.metric == 50 })
            let networks = Set(found.map(\.destination.description))
            #expect(networks.isSubset(of: ["::/0", "2001:db8:2::/48", "2001:db8::/64", "fe80::/64"]), "\(networks)")
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
                to: try #require(IPPrefix("10.0.0.0/8")), via: IPAddress("192.0.2.1"), linkIndex: link.index)
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
