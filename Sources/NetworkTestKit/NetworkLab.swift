import CLinux
import Foundation
import LinuxSystem

/// The network namespaces of one test: `server`, where real servers run, and `client`, where the code under test works,
/// and others by name. Needs root. All is gone when the lab is closed.
public final class NetworkLab: Sendable {
    /// The client's card.
    public static let card = "nic0"
    /// The server's end of its cable.
    public static let serverCard = "srv0"

    /// For the servers' files.
    public let folder: URL
    private let name: String
    private let namespaces = Monitor<[String]>([])
    let daemons = Monitor<[pid_t]>([])

    /// Makes the two namespaces, with nothing in them.
    ///
    /// - Throws: `LabFailure`; nothing is left then.
    public init() throws {
        name = "mt\(getpid())-\(UInt32.random(in: 0..<100_000))"
        folder = FileManager.default.temporaryDirectory.appending(path: name)
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try addNamespace("server")
            try addNamespace("client")
        } catch {
            close()
            throw error
        }
    }

    /// The server's namespace.
    public var server: String { namespace("server") }
    /// The client's namespace.
    public var client: String { namespace("client") }

    /// The namespace of this role, for `ip -n`.
    public func namespace(_ role: String) -> String { "\(name)-\(role)" }

    /// Makes a namespace.
    public func addNamespace(_ role: String) throws {
        let namespace = namespace(role)
        try Self.ip(["netns", "add", namespace])
        namespaces.update { $0.append(namespace) }
    }

    /// Joins client and server by a cable.
    ///
    /// - Parameters:
    ///   - addresses: those of the server, in CIDR notation.
    ///   - isUp: whether the server's end is up.
    public func join(addresses: [String] = [], isUp: Bool = true) throws {
        try Self.ip([
            "link", "add", Self.serverCard, "netns", server, "type", "veth", "peer", "name", Self.card, "netns", client,
        ])
        for address in addresses { try serverIP("addr", "add", address, "dev", Self.serverCard, "nodad") }
        if isUp { try serverIP("link", "set", Self.serverCard, "up") }
    }

    /// Runs something on a thread in the client's namespace.
    public func inClient<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
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
    public func clientIP(_ arguments: String...) throws -> String {
        try Self.ip(["-n", client] + arguments)
    }

    /// What ip(8) says in the server's namespace.
    @discardableResult
    public func serverIP(_ arguments: String...) throws -> String {
        try Self.ip(["-n", server] + arguments)
    }

    /// Runs a program in a namespace to its end.
    ///
    /// - Returns: what it printed.
    @discardableResult
    public func run(in namespace: String, _ command: String...) throws -> String {
        try Self.ip(["netns", "exec", namespace] + command)
    }

    /// Runs ip(8).
    ///
    /// - Returns: what it printed on standard output.
    /// - Throws: `LabFailure`, with what it printed on both when its status is not 0.
    @discardableResult
    public static func ip(_ arguments: [String]) throws -> String {
        let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        let (output, complaints) = (path + ".out", path + ".err")
        defer { for file in [output, complaints] { unlink(file) } }
        let pid = try ChildProcess.spawn(
            "/usr/sbin/ip", arguments: ["ip"] + arguments, environment: environment,
            streams: [
                .file("/dev/null", flags: O_RDONLY), .descriptor(try Descriptor.open(output, O_RDWR | O_CREAT)),
                .descriptor(try Descriptor.open(complaints, O_RDWR | O_CREAT)),
            ])
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        let text = try Files.readText(output)
        guard status == 0 else {
            throw LabFailure("ip \(arguments.joined(separator: " ")): \(text)\(try Files.readText(complaints))")
        }
        return text
    }

    static let environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]

    /// Ends all servers and takes everything away.
    public func close() {
        for pid in daemons.update({ $0 }) { stopDaemon(pid) }
        for namespace in namespaces.update({ $0 }) { _ = try? Self.ip(["netns", "del", namespace]) }
        try? FileManager.default.removeItem(at: folder)
    }
}

/// What went wrong in the lab, or was waited for in vain.
public struct LabFailure: Error, CustomStringConvertible {
    /// What, with what programs said about it.
    public let description: String

    /// A failure.
    public init(_ description: String) {
        self.description = description
    }
}
