import Foundation
import NetworkConfiguration
import NetworkTestKit

@testable import NetworkBringUp

/// A lab with IPv4: a DHCP server may run in the server's namespace, and on one link with it and the client there can be
/// a third one, `neighbour`.
extension NetworkLab {
    static let serverAddress = "10.77.0.1"
    static let neighbourAddress = "10.77.0.2"
    static let range = "10.77.0.50,10.77.0.99,255.255.255.0,2m"

    var neighbour: String { namespace("neighbour") }
    var resolverPath: String { folder.appending(path: "etc/resolv.conf").path }

    /// Joins client and server by a cable.
    func plugIn(serverLinkUp: Bool = true) throws {
        try join(addresses: ["\(Self.serverAddress)/24"], isUp: serverLinkUp)
    }

    /// Joins server, client and neighbour by a bridge in the server, which is its `srv0`; the client has `nic0`, and the
    /// neighbour `peer0` with an address of its own.
    func plugInWithNeighbour() throws {
        try addNamespace("neighbour")
        try serverIP("link", "add", Self.serverCard, "type", "bridge", "forward_delay", "0")
        try serverIP("addr", "add", "\(Self.serverAddress)/24", "dev", Self.serverCard)
        for (port, name, namespace) in [("port0", Self.card, client), ("port1", "peer0", neighbour)] {
            try Self.ip([
                "link", "add", port, "netns", server, "type", "veth", "peer", "name", name, "netns", namespace,
            ])
            try serverIP("link", "set", port, "master", Self.serverCard, "up")
        }
        try serverIP("link", "set", Self.serverCard, "up")
        try neighbourIP("addr", "add", "\(Self.neighbourAddress)/24", "dev", "peer0")
        try neighbourIP("link", "set", "peer0", "up")
    }

    /// Runs dnsmasq in the server's namespace.
    @discardableResult
    func startServer(_ options: [String] = [], range: String = NetworkLab.range) throws -> pid_t {
        try startDNSMasq(in: server, on: Self.serverCard, ["--no-ping"] + options + ["--dhcp-range=\(range)"])
    }

    /// The same in the neighbour's namespace.
    @discardableResult
    func startNeighbourServer(_ options: [String] = [], range: String) throws -> pid_t {
        try startDNSMasq(in: neighbour, on: "peer0", ["--no-ping"] + options + ["--dhcp-range=\(range)"])
    }

    /// What ip(8) says in the neighbour's namespace.
    @discardableResult
    func neighbourIP(_ arguments: String...) throws -> String {
        try Self.ip(["-n", neighbour] + arguments)
    }

    /// Brings the client's network up with the real code, in the client's namespace.
    func bringUp(
        _ configuration: NetworkConfiguration = .automatic, timeout: Duration = .seconds(10), events: EventLog
    ) async throws -> RunningNetwork {
        var options = BringUpOptions()
        options.timeout = timeout
        options.cardTimeout = min(timeout, .seconds(2))
        options.progressInterval = .seconds(1)
        options.carrierNotice = .seconds(1)
        options.resolverPath = resolverPath
        options.isPhysical = { $0.kind == "veth" }
        let settings = options
        let network = try await inClient {
            try RunningNetwork.start(configuration, options: settings) { events.append($0) }
        }
        if let failure = await network.waitUntilUsable() {
            network.stop()
            throw failure
        }
        return network
    }
}
