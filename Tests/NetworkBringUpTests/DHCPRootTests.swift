import DHCPv4
import Foundation
import NetworkConfiguration
import NetworkTestKit
import NetworkTypes
import Testing

@testable import NetworkBringUp

/// The real code against a real DHCP server (dnsmasq), in network namespaces. Needs root.
@Suite("Root: DHCP against dnsmasq", .serialized)
struct DHCPRootTests {
    @Test("a lease comes in well under a second, and everything in it is put to use")
    func lease() async throws {
        let lab = try NetworkLab()
        defer { lab.close() }
        try lab.plugIn()
        try lab.startServer([
            "--dhcp-option=option:router,10.77.0.1", "--dhcp-option=option:dns-server,10.77.0.1,10.77.0.2",
            "--dhcp-option=option:domain-name,lab.example", "--dhcp-option=option:mtu,1400",
            "--dhcp-option=option:ntp-server,10.77.0.3",
        ])
        let events = EventLog()
        let begun = ContinuousClock.now
        let network = try await lab.bringUp(events: events)
        let elapsed = begun.duration(to: .now)
        defer { network.stop() }
        print("lease after \(elapsed.millisecondsText) from the start, of which:")
        for event in events.all { print("  \(event)") }
        let afterCarrier = events.all.lazy.compactMap { if case .leased(_, _, let time) = $0 { time } else { nil } }
            .first
        #expect(
            try #require(afterCarrier) < .seconds(5), "a lease takes a tenth of a second; a busy host has some more")

        let state = network.state
        let address = try #require(state.addresses.first)
        #expect(address.length == 24)
        #expect(IPPrefix("10.77.0.0/24")?.contains(address.address) == true)
        #expect(state.gateway == IPAddress("10.77.0.1"))
        #expect(state.domain == "lab.example")
        #expect(state.ntpServers == ["10.77.0.3"])
        #expect(state.primaryCard?.name == "nic0")

        #expect(
            try lab.clientIP("addr", "show", "nic0").contains("inet \(address) metric 100 brd 10.77.0.255 scope global")
        )
        #expect(try lab.clientIP("addr", "show", "nic0").contains("valid_lft 1"))
        #expect(try lab.clientIP("link", "show", "nic0").contains("mtu 1400"))
        #expect(try lab.clientIP("link", "show", "lo").contains("LOWER_UP"))
        let routes = try lab.clientIP("route")
        #expect(routes.contains("default via 10.77.0.1 dev nic0 proto dhcp src \(address.address) metric 100"))
        #expect(routes.contains("10.77.0.0/24 dev nic0 proto kernel scope link src \(address.address) metric 100"))
        #expect(
            try String(contentsOfFile: lab.resolverPath, encoding: .utf8)
                == "search lab.example\nnameserver 10.77.0.1\nnameserver 10.77.0.2\n")

        let resolverPath = lab.resolverPath
        let report = try await lab.inClient { try NetworkReport.text(resolverPath: resolverPath) }
        for line in [
            "nic0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1400 state UP", "inet \(address) scope global valid 1",
            "default via 10.77.0.1 dev nic0 proto dhcp src \(address.address) metric 100", "nameserver 10.77.0.2",
        ] {
            #expect(report.contains(line), "\(line) is not in:\n\(report)")
        }
    }

    @Test("classless routes take the place of the router option")
    func classlessRoutes() async throws {
        let lab = try NetworkLab()
        defer { lab.close() }
        try lab.plugIn()
        try lab.startServer([
            "--dhcp-option=option:router,10.77.0.1",
            "--dhcp-option=option:classless-static-route,0.0.0.0/0,10.77.0.9,192.168.5.0/24,10.77.0.2,"
                + "172.20.0.0/16,0.0.0.0",
        ])
        let network = try await lab.bringUp(events: EventLog())
        defer { network.stop() }
        let routes = try lab.clientIP("route")
        #expect(routes.contains("default via 10.77.0.9 dev nic0"))
        #expect(routes.contains("192.168.5.0/24 via 10.77.0.2 dev nic0"))
        #expect(routes.contains("172.20.0.0/16 dev nic0 proto dhcp scope link"))
        #expect(!routes.contains("10.77.0.1"))
    }

    @Test("a configured MTU and name server come before the server's")
    func configuredValues() async throws {
        let lab = try NetworkLab()
        defer { lab.close() }
        try lab.plugIn()
        try lab.startServer(["--dhcp-option=option:mtu,1400", "--dhcp-option=option:dns-server,10.77.0.1"])
        var settings = NetworkSettings()
        settings.mtu = 1300
        settings.nameServers = [try #require(IPAddress("192.0.2.53"))]
        let network = try await lab.bringUp(settings.configuration(), events: EventLog())
        defer { network.stop() }
        #expect(try lab.clientIP("link", "show", "nic0").contains("mtu 1300"))
        #expect(
            try String(contentsOfFile: lab.resolverPath, encoding: .utf8)
                == "nameserver 192.0.2.53\nnameserver 10.77.0.1\n")
    }

    @Test("the lease is renewed with its server by unicast, in the background")
    func renewal() async throws {
        let lab = try NetworkLab()
        defer { lab.close() }
        try lab.plugIn()
        try lab.startServer(["--dhcp-option=58,5", "--dhcp-option=59,100"])
        let events = EventLog()
        let network = try await lab.bringUp(events: events)
        defer { network.stop() }
        let discovers = lab.count("DHCPDISCOVER(")
        let renewed = try await events.first(within: .seconds(15)) { if case .renewed = $0 { true } else { false } }
        #expect(renewed != nil, "\(events.all)\n\(lab.serverLog)")
        #expect(lab.count("DHCPDISCOVER(") == discovers, "a renewal needs no new search")
        #expect(lab.count("DHCPACK(") >= 2)
    }

    @Test("a card that appears, and a cable that is plugged in, while the network is waited for are used")
    func lateCard() async throws {
        let lab = try NetworkLab()
        defer { lab.close() }
        let events = EventLog()
        async let outcome = lab.bringUp(timeout: .seconds(20), events: events)
        try await Task.sleep(for: .milliseconds(300))
        try lab.plugIn(serverLinkUp: false)
        #expect(
            try await events.first(within: .seconds(5)) { event in
                if case .trouble("nic0", let why) = event { why.hasPrefix("no carrier after ") } else { false }
            } != nil)
        try lab.serverIP("link", "set", "srv0", "up")
        try lab.startServer()
        let network = try await outcome
        network.stop()
        #expect(network.state.addresses.count == 1)
    }

    @Test("without a server, the error says how often it was asked")
    func noServer() async throws {
        let lab = try NetworkLab()
        defer { lab.close() }
        try lab.plugIn()
        let events = EventLog()
        let begun = ContinuousClock.now
        let error = await #expect(throws: NetworkError.self) {
            try await lab.bringUp(timeout: .seconds(3), events: events)
        }
        #expect(begun.duration(to: .now) < .seconds(5))
        let details = try #require(error?.details)
        #expect(details.count == 1)
        #expect(details[0].hasPrefix("nic0  "))
        #expect(details[0].contains(/no DHCP offer: \d DISCOVERs sent in/), "\(details)")
        #expect(
            events.all.contains { event in
                if case .waiting(_, let cards) = event { cards.count == 1 } else { false }
            })
    }

    @Test("without a carrier, the error says so")
    func noCarrier() async throws {
        let lab = try NetworkLab()
        defer { lab.close() }
        try lab.plugIn(serverLinkUp: false)
        let error = await #expect(throws: NetworkError.self) {
            try await lab.bringUp(timeout: .seconds(2), events: EventLog())
        }
        #expect(
            try #require(error?.details.first).contains(/no carrier after \d+ s/), "\(String(describing: error))")
    }

    @Test("a link on which nothing at all comes in is named as one that may work in one direction only")
    func deafLink() async throws {
        let lab = try NetworkLab()
        defer { lab.close() }
        try lab.run(in: lab.server, "/bin/sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6")
        try lab.plugIn()
        let error = await #expect(throws: NetworkError.self) {
            try await lab.bringUp(timeout: .seconds(8), events: EventLog())
        }
        let line = try #require(error?.details.first)
        #expect(line.contains("no DHCP offer") && line.contains("one direction only"), "\(line)")
    }

    @Test("without a card, the error says so before the time is over")
    func noCard() async throws {
        let lab = try NetworkLab()
        defer { lab.close() }
        let begun = ContinuousClock.now
        let error = await #expect(throws: NetworkError.self) {
            try await lab.bringUp(timeout: .seconds(60), events: EventLog())
        }
        #expect(begun.duration(to: .now) < .seconds(10))
        guard case .noCard = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
