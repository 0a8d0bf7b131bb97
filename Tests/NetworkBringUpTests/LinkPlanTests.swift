import DHCPv4
import Netlink
import NetworkConfiguration
import NetworkTypes
import Testing

@testable import NetworkBringUp

@Suite("What a link is to have")
struct LinkPlanTests {
    private func lease(routes: [(String, String?)], mtu: UInt16? = nil, mask: [UInt8] = [255, 255, 255, 0]) throws
        -> DHCPLease
    {
        var message = DHCPMessage(.ack, isReply: true, transactionID: 1, clientMAC: .zero)
        message.yourAddress = try #require(IPv4Address("192.0.2.7"))
        message.options[.serverIdentifier] = [192, 0, 2, 1]
        message.options[.subnetMask] = mask
        message.options[.interfaceMTU] = mtu.map { [UInt8($0 >> 8), UInt8($0 & 0xff)] }
        var option: [UInt8] = []
        for (network, router) in routes {
            let prefix = try #require(IPv4Prefix(network))
            option += [prefix.length] + prefix.address.octets.prefix((Int(prefix.length) + 7) / 8)
            option += IPv4Address(router ?? "0.0.0.0")?.octets ?? []
        }
        message.options[.classlessRoutes] = option
        return try DHCPLease(message)
    }

    private func plan(_ lease: DHCPLease, expiry: Duration? = .seconds(100), mtu: UInt32? = nil) -> LinkPlan {
        LinkPlan(lease, expiry: expiry, linkIndex: 2, metric: 101, mtu: mtu)
    }

    @Test("routes on the link come before those that may need them, all with the metric and the source")
    func order() throws {
        let routes = plan(try lease(routes: [("0.0.0.0/0", "198.51.100.1"), ("198.51.100.1/32", nil)])).routes
        #expect(routes.map(\.destination.description) == ["198.51.100.1/32", "0.0.0.0/0"])
        #expect(routes.allSatisfy { $0.metric == 101 && $0.source == IPAddress("192.0.2.7") && $0.origin == .dhcp })
        #expect(routes.allSatisfy { !$0.isGatewayOnLink }, "the first route leads to the router")
    }

    @Test("a router that no network on the link holds is reached directly")
    func onLinkRouter() throws {
        let everywhere = [("0.0.0.0/0", "192.0.2.1" as String?)]
        #expect(plan(try lease(routes: everywhere)).routes.map(\.isGatewayOnLink) == [false])
        #expect(
            plan(try lease(routes: everywhere, mask: [255, 255, 255, 255])).routes.map(\.isGatewayOnLink) == [true])
    }

    @Test("a router that is the machine itself means that everything is on the link")
    func ownRouter() throws {
        let routes = plan(try lease(routes: [("0.0.0.0/0", "192.0.2.7")])).routes
        #expect(routes.map(\.gateway) == [nil])
    }

    @Test("the configured MTU comes before the server's")
    func mtu() throws {
        #expect(plan(try lease(routes: [])).mtu == nil)
        #expect(plan(try lease(routes: [], mtu: 1400)).mtu == 1400)
        #expect(plan(try lease(routes: [], mtu: 1400), mtu: 9000).mtu == 9000)
    }

    @Test("the kernel drops the address at the end of the lease, and not before")
    func lifetime() throws {
        let lease = try lease(routes: [])
        #expect(plan(lease, expiry: nil).addresses.map(\.lifetime) == [nil])
        #expect(plan(lease).addresses.map(\.lifetime) == [AddressLifetime(preferred: 100, valid: 100)])
        #expect(
            plan(lease, expiry: .seconds(-5)).addresses.map(\.lifetime) == [AddressLifetime(preferred: 1, valid: 1)])
    }

    @Test("a fixed address has one route, or none")
    func fixed() throws {
        let address = try #require(IPv4Prefix("192.0.2.7/24"))
        let with = LinkPlan(
            Addressing(address: address, gateway: IPv4Address("192.0.2.1")), linkIndex: 2, metric: 100)
        #expect(with.routes.map(\.gateway) == [IPAddress("192.0.2.1")])
        #expect(with.routes.allSatisfy { $0.isDefault && $0.origin == .configured })
        #expect(with.routes.map(\.source) == [IPAddress("192.0.2.7")])
        let without = LinkPlan(Addressing(address: address, gateway: nil), linkIndex: 2, metric: 100)
        #expect(without.routes.isEmpty && without.addresses.map(\.lifetime) == [nil])
    }

    @Test("routes that the server gives can be left out, and have another metric")
    func settings() throws {
        let lease = try lease(routes: [("0.0.0.0/0", "192.0.2.1")], mtu: 1400)
        var settings = DHCPv4Settings()
        settings.routeMetric = 7
        func plan() -> LinkPlan {
            LinkPlan(lease, expiry: nil, linkIndex: 2, metric: 100, mtu: nil, settings: settings)
        }
        #expect(plan().routes.map(\.metric) == [7])
        #expect(plan().metric == 100 && plan().mtu == 1400)
        settings.usesRoutes = false
        settings.usesMTU = false
        #expect(plan().routes.isEmpty && plan().mtu == nil)
    }
}
