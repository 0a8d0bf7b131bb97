import CLinux
import Foundation
import LinuxSystem
import Testing

@testable import LLDP

/// Two network namespaces joined by a veth pair: `srv0` in the one where a real sender (lldpd) runs, `nic0` in the one
/// where the code under test listens. All is gone when the lab is closed.
final class LLDPLab: Sendable {
    let events = Monitor<[LLDPEvent]>([])
    private let server: String
    private let client: String
    private let folder: URL
    private let daemon = Monitor<pid_t?>(nil)

    init() throws {
        let name = "ll\(getpid())-\(UInt32.random(in: 0..<100_000))"
        server = "\(name)s"
        client = "\(name)c"
        folder = FileManager.default.temporaryDirectory.appending(path: name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try run("ip", "netns", "add", server)
        try run("ip", "netns", "add", client)
        try run("ip", "link", "add", "srv0", "netns", server, "type", "veth", "peer", "name", "nic0", "netns", client)
        try run("ip", "-n", server, "link", "set", "srv0", "up")
        try run("ip", "-n", client, "link", "set", "nic0", "up")
    }

    /// Runs lldpd, for a minute at most, as a switch that sends every second.
    func startSender() throws {
        let configuration = folder.appending(path: "lldpd.conf").path
        try Files.write(
            """
            configure system hostname leaf-12
            configure lldp tx-interval 1
            configure ports srv0 lldp portidsubtype local Ethernet1/7 description "rack 4"
            configure ports srv0 lldp custom-tlv oui 00,80,c2 subtype 1 oui-info 00,64
            configure ports srv0 lldp custom-tlv add oui 00,80,c2 subtype 3 oui-info 00,64,04,70,72,6f,64

            """, to: configuration, mode: 0o644)
        let command = [
            "/usr/bin/timeout", "--kill-after=1", "60", "/usr/sbin/ip", "netns", "exec", server, "/usr/sbin/lldpd",
            "-d",
            "-u", control, "-I", "srv0", "-O", configuration,
        ]
        let log = try Descriptor.open(logPath, O_WRONLY | O_CREAT | O_APPEND)
        let pid = try ChildProcess.spawn(
            command[0], arguments: command, environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
            streams: [.file("/dev/null", flags: O_RDONLY), .descriptor(log), .descriptor(log)])
        daemon.update { $0 = pid }
    }

    /// Tells lldpd something through lldpcli(8).
    func tellSender(_ words: String...) throws {
        try run(["ip", "netns", "exec", server, "/usr/sbin/lldpcli", "-u", control] + words)
    }

    /// Ends lldpd, which says goodbye.
    func stopSender() {
        guard let pid = daemon.update({ $0.take() }) else { return }
        kill(pid, SIGTERM)
        waitpid(pid, nil, 0)
    }

    var senderLog: String { (try? Files.readText(logPath)) ?? "" }
    private var logPath: String { folder.appending(path: "lldpd.log").path }
    private var control: String { folder.appending(path: "lldpd.sock").path }

    /// Listens in the client's namespace on all its NICs of these names.
    func listen(_ names: String...) async throws -> LLDPListener {
        try await inClient { [events] in
            let listener = try LLDPListener.start { event in events.update { $0.append(event) } }
            for name in names {
                listener.add(LLDPInterface(index: Int32(if_nametoindex(name)), name: name, mac: .zero))
            }
            return listener
        }
    }

    /// Waits until an event fits; `nil` when none did in time.
    func event(
        within timeout: Duration = .seconds(15), where fits: @escaping @Sendable (LLDPEvent) -> Bool
    ) async throws -> LLDPEvent? {
        try await offPool("event log") { self.events.wait(timeout: timeout) { $0.first(where: fits) } }
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
    func clientIP(_ arguments: String...) throws -> String { try run(["ip", "-n", client] + arguments) }

    /// What ip(8) says in the server's namespace.
    @discardableResult
    func serverIP(_ arguments: String...) throws -> String { try run(["ip", "-n", server] + arguments) }

    func close() {
        stopSender()
        _ = try? run("ip", "netns", "del", server)
        _ = try? run("ip", "netns", "del", client)
        try? FileManager.default.removeItem(at: folder)
    }

    @discardableResult
    private func run(_ command: String...) throws -> String { try run(command) }

    @discardableResult
    private func run(_ command: [String]) throws -> String {
        let path = folder.appending(path: UUID().uuidString).path
        let output = try Descriptor.open(path, O_RDWR | O_CREAT | O_APPEND)
        let pid = try ChildProcess.spawn(
            "/usr/sbin/ip", arguments: command, environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
            streams: [.file("/dev/null", flags: O_RDONLY), .descriptor(output), .descriptor(output)])
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        let text = try Files.readText(path)
        guard status == 0 else { throw LabFailure(description: "\(command.joined(separator: " ")): \(text)") }
        return text
    }
}

struct LabFailure: Error, CustomStringConvertible {
    let description: String
}
