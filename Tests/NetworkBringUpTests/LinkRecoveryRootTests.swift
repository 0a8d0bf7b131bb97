import NetworkConfiguration
import NetworkTestKit
import NetworkTypes
import Testing

@testable import NetworkBringUp

/// What becomes of links that others meddle with, and of routes that must wait, in network namespaces. Needs root.
@Suite("Root: links that need more than a start", .serialized)
struct LinkRecoveryRootTests {
    private static let server = ["--dhcp-option=option:router,10.77.0.1"]

    @Test("a route that was configured beside DHCP is set once there is a lease")
    func routesBesideDHCP() async throws {
        let lab = try NetworkLab()
        defer { lab.close() }
        try lab.plugIn()
        try lab.startServer(Self.server)
        var addressing = Addressing.automatic
        addressing.routes = [
            ConfiguredRoute(to: try #require(IPPrefix("10.99.0.0/16")), via: IPAddress("10.77.0.1"), metric: 7)
        ]
        let configuration = try NetworkConfiguration(
            source: .vars, links: [LinkConfiguration(.name("nic0"), addressing: addressing)])
        let events = EventLog()
        let network = try await lab.bringUp(configuration, events: events)
        defer { network.stop() }
        #expect(try lab.clientIP("route").contains("10.99.0.0/16 via 10.77.0.1 dev nic0 proto static metric 7"))
        #expect(!events.all.contains { if case .warning = $0 { true } else { false } }, "\(events.all)")
    }

    @Test("a link that somebody sets down is set up again, and has its routes again")
    func setDown() async throws {
        let lab = try NetworkLab()
        defer { lab.close() }
        try lab.plugIn()
        try lab.startServer(Self.server)
        let events = EventLog()
        let network = try await lab.bringUp(events: events)
        defer { network.stop() }
        try lab.clientIP("link", "set", "nic0", "down")
        let told = try await events.first(within: .seconds(5)) { event in
            if case .trouble("nic0", let why) = event { why.contains("was set down") } else { false }
        }
        #expect(told != nil, "\(events.all)")
        for _ in 0..<50 where try !lab.clientIP("route").contains("default via 10.77.0.1") {
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(try lab.clientIP("route").contains("default via 10.77.0.1 dev nic0"), "\(events.all)")
    }

    @Test("an address that an agent before this one left goes")
    func leftover() async throws {
        let lab = try NetworkLab()
        defer { lab.close() }
        try lab.plugIn()
        try lab.clientIP("address", "add", "10.77.0.200/24", "dev", "nic0")
        try lab.startServer(Self.server)
        let network = try await lab.bringUp(events: EventLog())
        defer { network.stop() }
        #expect(try !lab.clientIP("address", "show", "nic0").contains("10.77.0.200"))
        #expect(network.state.addresses.count == 1)
    }
}
