import CLinux
import Foundation
import LinuxSystem
import Netlink
import NetworkConfiguration
import Testing

@testable import NetworkBringUp

/// Two network namespaces joined by a veth pair: `server`, where a real DHCP server can run, and `client`, where the
/// code under test works. All is gone when the lab is closed.
final class NetworkLab: Sendable {
    static let serverAddress = "10.77.0.1"

    let folder: URL
    private let server: String
    private let client: String
    private let daemon = Monitor<pid_t?>(nil)

    init() throws {
        let name = "mt\(getpid())-\(UInt32.random(in: 0..<100_000))"
        server = "\(name)s"
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

    /// Runs dnsmasq in the server's namespace, for a minute at most, and waits until it listens.
    func startServer(_ options: [String] = []) throws {
        let log = try Descriptor.open(logPath, O_WRONLY | O_CREAT | O_APPEND)
        let command =
            [
                "/usr/bin/timeout", "--kill-after=1", "60", "/usr/sbin/ip", "netns", "exec", server, "dnsmasq",
                "--keep-in-foreground", "--conf-file=/dev/null", "--port=0", "--interface=srv0", "--bind-interfaces",
                "--no-ping", "--user=root", "--log-facility=-", "--dhcp-leasefile=\(folder.path)/leases", "--pid-file=",
                "--dhcp-range=10.77.0.50,10.77.0.99,255.255.255.0,2m",
            ] + options
        let pid = try ChildProcess.spawn(
            command[0], arguments: command, environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
            streams: [.file("/dev/null", flags: O_RDONLY), .descriptor(log), .descriptor(log)])
        daemon.update { $0 = pid }
        let deadline = ContinuousClock.now + .seconds(10)
        while !serverLog.contains("sockets bound exclusively") {
            guard ContinuousClock.now < deadline else { throw LabFailure(serverLog) }
            usleep(20_000)
        }
    }

    /// What the server has logged.
    var serverLog: String {
        (try? Files.readText(logPath)) ?? ""
    }

    /// How often a word stands in the server's log.
    func count(_ word: String) -> Int {
        serverLog.components(separatedBy: word).count - 1
    }

    private var logPath: String { folder.appending(path: "dnsmasq.log").path }

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
        let (network, outcome) = try await inClient {
            let outcome = AsyncStream.makeStream(of: NetworkError?.self)
            let network = try RunningNetwork.launch(
                configuration, options: settings, onEvent: { events.append($0) },
                completion: { outcome.continuation.yield($0) })
            return (network, outcome.stream)
        }
        for await failure in outcome {
            if let failure { throw failure }
            break
        }
        return network
    }

    /// Runs something on a thread in the client's namespace.
    func inClient<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        let path = "/run/netns/\(client)"
        return try await offPool("lab client") {
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

    func close() {
        if let pid = daemon.update({ $0 }) {
            kill(pid, SIGTERM)
            waitpid(pid, nil, 0)
        }
        _ = try? Self.ip("netns", "del", server)
        _ = try? Self.ip("netns", "del", client)
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
