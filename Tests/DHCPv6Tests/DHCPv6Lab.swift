import CLinux
import Foundation
import LinuxSystem
import Netlink
import NetworkTypes

@testable import DHCPv6

/// Two network namespaces joined by a veth pair: `server`, where dnsmasq sends router advertisements and answers
/// DHCPv6, and `client`, where the code under test works. All is gone when the lab is closed.
final class DHCPv6Lab: Sendable {
    static let name = "nic0"

    private let folder: URL
    private let server: String
    private let client: String
    private let daemon = Monitor<pid_t?>(nil)

    init() throws {
        let name = "m6\(getpid())-\(UInt32.random(in: 0..<100_000))"
        server = "\(name)s"
        client = "\(name)c"
        folder = FileManager.default.temporaryDirectory.appending(path: name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Self.ip("netns", "add", server)
        try Self.ip("netns", "add", client)
        try Self.ip(
            "link", "add", "srv0", "netns", server, "type", "veth", "peer", "name", Self.name, "netns", client)
        try serverIP("addr", "add", "fd77::1/64", "dev", "srv0", "nodad")
        try serverIP("link", "set", "srv0", "up")
    }

    /// Runs dnsmasq in the server's namespace, for a minute at most, and waits until it listens.
    func startServer(_ options: [String]) throws {
        let log = try Descriptor.open(logPath, O_WRONLY | O_CREAT | O_APPEND)
        let command =
            [
                "/usr/bin/timeout", "--kill-after=1", "60", "/usr/sbin/ip", "netns", "exec", server, "dnsmasq",
                "--keep-in-foreground", "--conf-file=/dev/null", "--port=0", "--interface=srv0", "--bind-interfaces",
                "--user=root", "--log-facility=-", "--dhcp-leasefile=\(folder.path)/leases", "--pid-file=",
                "--enable-ra", "--dhcp-option=option6:dns-server,[fd77::53]",
                "--dhcp-option=option6:domain-search,lab.example", "--dhcp-option=option6:ntp-server,[fd77::123]",
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
    var serverLog: String { (try? Files.readText(logPath)) ?? "" }

    /// How often a word stands in the server's log.
    func count(_ word: String) -> Int {
        serverLog.components(separatedBy: word).count - 1
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

    private var logPath: String { folder.appending(path: "dnsmasq.log").path }

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

/// The client's side of the lab: its link set up, what the monitor heard of it, and a machine with its socket. Belongs
/// to the thread that made it.
final class LabClient {
    let session: NetlinkSession
    let monitor: AddressMonitor
    let link: Link
    private(set) var heard: [AddressMonitor.Change] = []
    private(set) var actions: [DHCPv6Action] = []
    private var machine: DHCPv6Machine
    private var socket: DHCPv6Socket?
    private var deadline: ContinuousClock.Instant?
    /// Whether a server may answer a SOLICIT with a lease at once.
    private let offersRapidCommit: Bool
    /// How far the machine's clock is ahead of the real one.
    private var ahead: Duration = .zero

    init(offersRapidCommit: Bool = true) throws {
        self.offersRapidCommit = offersRapidCommit
        monitor = try AddressMonitor()
        session = try NetlinkSession()
        guard let link = try session.links().first(where: { $0.name == DHCPv6Lab.name }), let mac = link.mac else {
            throw LabFailure("\(DHCPv6Lab.name) is not there")
        }
        self.link = link
        machine = DHCPv6Machine(mac: mac)
        try session.setUp(link)
    }

    /// The addresses heard of, in order.
    var addresses: [LinkAddress] {
        heard.compactMap { if case .present(let address) = $0 { address } else { nil } }
    }

    var lease: DHCPv6Lease? { machine.lease }

    /// Opens the socket on the link-local address as soon as that is ready.
    func openSocket() throws {
        func linkLocal() -> IPv6Address? {
            addresses.lazy.compactMap { address in
                if case .v6(let host) = address.address, host.isLinkLocal, address.isReady { host } else { nil }
            }.first
        }
        try wait { _ in linkLocal() != nil }
        guard let address = linkLocal() else { throw LabFailure("no link-local address") }
        socket = try DHCPv6Socket(interfaceIndex: link.index, interfaceName: link.name, linkLocal: address)
    }

    /// Lets the machine act, and does what it asks for.
    func act(_ body: (inout DHCPv6Machine, ContinuousClock.Instant) -> [DHCPv6Action]) {
        take(body(&machine, .now + ahead))
    }

    /// Moves the machine's clock to a time in the future and fires its timer.
    func skip(to time: ContinuousClock.Instant) {
        ahead = ContinuousClock.now.duration(to: time)
        take(machine.timerFired(at: time))
    }

    /// Listens and does what is due until something holds; ten seconds at most.
    func wait(until holds: (LabClient) -> Bool) throws {
        let end = ContinuousClock.now + .seconds(10)
        while !holds(self) {
            let now = ContinuousClock.now
            guard now < end else { throw LabFailure("heard \(heard)\ndone \(actions)") }
            let due = min(end, deadline.map { $0 - ahead } ?? end)
            let ready = Polling.readable(
                [monitor.descriptor.rawValue] + (socket.map { [$0.descriptor.rawValue] } ?? []), until: due)
            if ready.first == true { heard += try monitor.changes() }
            while ready.count > 1, let (message, sender) = try socket?.receive() {
                take(machine.receive(message, from: sender, at: .now + ahead))
            }
            if let deadline, .now + ahead >= deadline { take(machine.timerFired(at: .now + ahead)) }
        }
    }

    private func take(_ new: [DHCPv6Action]) {
        for action in new {
            switch action {
            case .send(let message):
                do { try socket?.send(offersRapidCommit ? message : message.withoutRapidCommit) } catch {
                    actions.append(.ignored("\(error)"))
                }
            case .setTimer(let time): deadline = time
            default: actions.append(action)
            }
        }
    }
}

extension DHCPv6Message {
    /// The same message from a client that wants four messages.
    fileprivate var withoutRapidCommit: DHCPv6Message {
        var rest = DHCPv6Options()
        for code in options.codes where code != .rapidCommit { rest.append(code, options[code] ?? []) }
        return DHCPv6Message(kind, transactionID: transactionID, options: rest)
    }
}
