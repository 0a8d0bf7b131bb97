import Foundation
import NetworkConfiguration
import NetworkTestKit
import NetworkTypes
import Testing

@testable import NetworkBringUp

/// Fixed addresses on real links, in network namespaces. Needs root.
@Suite("Root: fixed addresses", .serialized)
struct StaticAddressRootTests {
    private func settings(_ interface: String) throws -> NetworkSettings {
        var settings = NetworkSettings()
        settings.staticAddress = IPv4Prefix("10.77.0.7/24")
        settings.gateway = IPv4Address("10.77.0.1")
        settings.interface = interface
        settings.nameServers = [try #require(IPAddress("10.77.0.2"))]
        settings.mtu = 1280
        return settings
    }

    @Test("the first card with a carrier, or the one named, gets the address", arguments: ["", "nic0"])
    func address(interface: String) async throws {
        let lab = try NetworkLab()
        defer { lab.close() }
        try lab.plugIn()
        let network = try await lab.bringUp(settings(interface).configuration(), events: EventLog())
        defer { network.stop() }
        #expect(
            try lab.clientIP("addr", "show", "nic0").contains(
                "inet 10.77.0.7/24 metric 100 brd 10.77.0.255 scope global"))
        #expect(try lab.clientIP("addr", "show", "nic0").contains("valid_lft forever"))
        #expect(try lab.clientIP("link", "show", "nic0").contains("mtu 1280"))
        #expect(
            try lab.clientIP("route").contains("default via 10.77.0.1 dev nic0 proto static src 10.77.0.7 metric 100"))
        #expect(try String(contentsOfFile: lab.resolverPath, encoding: .utf8) == "nameserver 10.77.0.2\n")
        #expect(network.state.gateway == IPAddress("10.77.0.1"))
    }

    @Test("a single address may have its gateway elsewhere")
    func hostAddress() async throws {
        let lab = try NetworkLab()
        defer { lab.close() }
        try lab.plugIn()
        var settings = NetworkSettings()
        settings.staticAddress = IPv4Prefix("198.51.100.9/32")
        settings.gateway = IPv4Address("192.0.2.1")
        let network = try await lab.bringUp(settings.configuration(), events: EventLog())
        defer { network.stop() }
        #expect(try lab.clientIP("route").contains("default via 192.0.2.1 dev nic0"))
        #expect(try lab.clientIP("route").contains("onlink"))
    }

    @Test("a card that is not there is named in the error, with those that are")
    func unknownCard() async throws {
        let lab = try NetworkLab()
        defer { lab.close() }
        try lab.plugIn()
        let error = await #expect(throws: NetworkError.self) {
            try await lab.bringUp(settings("eth7").configuration(), timeout: .seconds(30), events: EventLog())
        }
        #expect(error?.summary.hasPrefix("NIC eth7 did not appear in 2 s") == true)
        #expect(error?.details.first?.hasPrefix("nic0  ") == true)
    }
}
