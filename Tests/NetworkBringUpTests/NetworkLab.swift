import CLinux
import Foundation
import LinuxSystem
import Netlink
import NetworkConfiguration
import Testing

@testable import NetworkBringUp

/// Two network namespaces joined by a veth pair: `server`, where a real DHCP server can run, and `client`, where the
/// code under test works. On one link with them there can be a third one, `neighbour`. All is gone when the lab is
/// closed.
final class NetworkLab: Sendable {
    static let serverAddress = "10.77.0.1"
    static let neighbourAddress = "10.77.0.2"
    static let range = "10.77.0.50,10.77.0.99,255.255.255.0,2m"

    let folder: URL
    let server: String
    let neighbour: String
    private let client: String
    private let daemons = Monitor<[pid_t]>([])

    init() throws {
        let name = "mt\(getpid())-\(UInt32.random(in: 0..<100_000))"
        server = "\(name)s"
        neighbour = "\(name)n"
        client = "\(name)c"
        folder = FileManager.default.temporaryDirectory.appending(path: name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Self.ip("netns", "add", server)
        try Self.ip("netns", "add", client)
    }

    var resolverPath: String { folder.appending(path: "etc/resolv.conf").path }

    /// Joins the two by `nic0` in the client and `srv0` in the server.
    func plugIn(serverLinkUp: Bool = true) throws {
        try Self.ip(
            "link", "add", "srv0", "netns", server, "type", "veth", "peer", "name", "nic0", "netns", client)
        try Self.ip("-n", server, "addr", "add", "\(Self.serverAddress)/24", "dev", "srv0")
        if serverLinkUp { try Self.ip("-n", server, "link", "set", "srv0", "up") }
    }

    /// Joins server, client and neighbour by a bridge in the server, which is its `srv0`; the client has `nic0`, and the
    /// neighbour `peer0` with an address of its own.
    func plugInWithNeighbour() throws {
        try Self.ip("netns", "add", neighbour)
        try Self.ip("-n", server, "link", "add", "srv0", "type", "bridge", "forward_delay", "0")
        try Self.ip("-n", server, "addr", "add", "\(Self.serverAddress)/24", "dev", "srv0")
        for (port, name, namespace) in [("port0", "nic0", client), ("port1", "peer0", neighbour)] {
            try Self.ip("link", "add", port, "netns", server, "type", "veth", "peer", "name", name, "netns", namespace)
            try Self.ip("-n", server, "link", "set", port, "master", "srv0", "up")
        }
        try Self.ip("-n", server, "link", "set", "srv0", "up")
        try neighbourIP("addr", "add", "\(Self.neighbourAddress)/24", "dev", "peer0")
        try neighbourIP("link", "set", "peer0", "up")
    }

    /// Runs dnsmasq in the server's namespace, for a minute at most, and waits until it listens.
    @discardableResult
    func startServer(_ options: [String] = [], range: String = NetworkLab.range) throws -> pid_t {
        try startServer(in: server, on: "srv0", options + ["--dhcp-range=\(range)"])
    }

    /// The same in the neighbour's namespace.
    @discardableResult
    func startNeighbourServer(_ options: [String] = [], range: String) throws -> pid_t {
        try startServer(in: neighbour, on: "peer0", options + ["--dhcp-range=\(range)"])
    }

    private func startServer(in namespace: String, on interface: String, _ options: [String]) throws -> pid_t {
        try startDaemon(
            in: namespace,
            [
                "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0", "--interface=\(interface)",
                "--bind-interfaces", "--no-ping", "--user=root", "--log-facility=-", "--pid-file=",
                "--dhcp-leasefile=\(folder.path)/\(namespace).leases",
            ] + options, readyWhenLogged: "sockets bound exclusively")
    }

    /// Runs a server in a namespace, for a minute at most, and waits until it has logged that it is ready.
    @discardableResult
    func startDaemon(
        in namespace: String, _ command: [String], environment: [String] = [], readyWhenLogged ready: String
    ) throws -> pid_t {
        let path = logPath(of: namespace)
        let output = try Descriptor.open(path, O_WRONLY | O_CREAT | O_APPEND)
        let command =
            ["/usr/bin/timeout", "--kill-after=1", "60", "/usr/sbin/ip", "netns", "exec", namespace] + command
        let pid = try ChildProcess.spawn(
            command[0], arguments: command,
            environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"] + environment,
            streams: [.file("/dev/null", flags: O_RDONLY), .descriptor(output), .descriptor(output)])
        daemons.update { $0.append(pid) }
        let deadline = ContinuousClock.now + .seconds(10)
        while !log(of: namespace).contains(ready) {
            guard ContinuousClock.now < deadline else { throw LabFailure(log(of: namespace)) }
            usleep(20_000)
        }
        return pid
    }

    /// Ends a server that was started here.
    func stopDaemon(_ pid: pid_t) {
        guard
            daemons.update({ daemons in
                defer { daemons.removeAll { $0 == pid } }
                return daemons.contains(pid)
            })
        else { return }
        kill(pid, SIGTERM)
        waitpid(pid, nil, 0)
    }

    /// What the server has logged.
    var serverLog: String { log(of: server) }

    /// What the neighbour's server has logged.
    var neighbourLog: String { log(of: neighbour) }

    /// How often a word stands in the server's log.
    func count(_ word: String) -> Int {
        serverLog.components(separatedBy: word).count - 1
    }

    private func log(of namespace: String) -> String {
        (try? Files.readText(logPath(of: namespace))) ?? ""
    }

    private func logPath(of namespace: String) -> String {
        folder.appending(path: "\(namespace).log").path
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

    /// Runs something on a thread in the client's namespace.
    func inClient<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        let path = "/run/netns/\(client)"
        return try await offPool("lab client") {
            // A thread that the runtime makes for what comes after this would be born in the namespace, and stay in it.
            let home = try Descriptor.open("/proc/thread-self/ns/net", O_RDONLY)
            defer { _ = martlet_enter_network(home.rawValue) }
            let namespace = try Descriptor.open(path, O_RDONLY)
            try systemCall("setns", path) { martlet_enter_network(namespace.rawValue) }
            return try body()
        }
    }

    /// What ip(8) says in the client's namespace.
    @discardableResult
    func clientIP(_ arguments: String...) throws -> String {
        try Self.ip(["-n", client] + arguments)
    }

    /// What ip(8) says in the server's namespace.
    @discardableResult
    func serverIP(_ arguments: String...) throws -> String {
        try Self.ip(["-n", server] + arguments)
    }

    /// What ip(8) says in the neighbour's namespace.
    @discardableResult
    func neighbourIP(_ arguments: String...) throws -> String {
        try Self.ip(["-n", neighbour] + arguments)
    }

    /// Runs a program in a namespace to its end.
    func run(in namespace: String, _ command: String...) throws {
        try Self.ip(["netns", "exec", namespace] + command)
    }

    func close() {
        for pid in daemons.update({ $0 }) { stopDaemon(pid) }
        for namespace in [server, client, neighbour] { _ = try? Self.ip("netns", "del", namespace) }
        try? FileManager.default.removeItem(at: folder)
    }

    @discardableResult
    private static func ip(_ arguments: String...) throws -> String {
        try ip(arguments)
    }

    @discardableResult
    private static func ip(_ arguments: [String]) throws -> String {
        let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let output = try Descriptor.open(path, O_RDWR | O_CREAT | O_APPEND)
        let pid = try ChildProcess.spawn(
            "/usr/sbin/ip", arguments: ["ip"] + arguments, environment: [],
            streams: [.file("/dev/null", flags: O_RDONLY), .descriptor(output), .descriptor(output)])
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        let text = try Files.readText(path)
        guard status == 0 else { throw LabFailure("ip \(arguments.joined(separator: " ")): \(text)") }
        return text
    }
}

struct LabFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// The events of one bring-up, in order.
final class EventLog: Sendable {
    private let events = Monitor<[NetworkEvent]>([])

    func append(_ event: NetworkEvent) {
        events.update { $0.append(event) }
    }

    var all: [NetworkEvent] { events.update { $0 } }

    /// Waits until an event fits; `nil` when none did in time.
    func first(within timeout: Duration, where fits: @escaping @Sendable (NetworkEvent) -> Bool) async throws
        -> NetworkEvent?
    {
        try await offPool("event log") { self.events.wait(timeout: timeout) { $0.first(where: fits) } }
    }
}
