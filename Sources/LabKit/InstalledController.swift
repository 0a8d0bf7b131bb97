import CLinux
import Foundation
import Glibc
import ProvisioningAPI

/// The product's own controller as an operator runs it: `martlet serve`, on a free port of loopback.
public final class InstalledController: Sendable {
    /// What guests put before a path: `http://10.0.2.2:PORT`.
    public let guestBase: String
    /// What the host puts before a path: `http://127.0.0.1:PORT`.
    public let hostBase: String
    private let process: ChildProcess
    private let directory: String

    private init(process: ChildProcess, directory: String, port: Int) {
        self.process = process
        self.directory = directory
        guestBase = "http://10.0.2.2:\(port)"
        hostBase = "http://127.0.0.1:\(port)"
    }

    deinit {
        process.kill()
    }

    /// Starts `martlet serve` and waits until it answers.
    ///
    /// - Parameters:
    ///   - directory: where its state and its messages go.
    ///   - images: what it serves below `/images/`.
    ///   - netboot: the directory with `vmlinuz` and `initramfs.img`, for machines that boot from it.
    /// - Throws: `LabFailure` with its words when it does not start.
    public static func start(directory: String, images: String, netboot: String? = nil) async throws
        -> InstalledController
    {
        let port = try freePort()
        var words = [try executable, "serve", "--data", "\(directory)/state", "--listen", "127.0.0.1:\(port)"]
        words += ["--images", images]
        if let netboot { words += ["--netboot", netboot] }
        let process = try ChildProcess(words, outputPath: "\(directory)/serve.log")
        let controller = InstalledController(process: process, directory: directory, port: port)
        try await eventually("the controller's first answer", within: .seconds(20)) {
            if let ending = process.ending { throw LabFailure("martlet serve ended (\(ending)): \(process.output)") }
            return try? await controller.call("GET", "/healthz")
        }
        return controller
    }

    /// The `martlet` beside the running program, which is where SwiftPM puts it; else the one that `make initrd` built.
    /// The environment's `MARTLET_BINARY` overrules.
    private static var executable: String {
        get throws {
            if let path = ProcessInfo.processInfo.environment["MARTLET_BINARY"] { return path }
            let running = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            let beside = running.deletingLastPathComponent().appendingPathComponent("martlet").path
            let released = Artefact.outputDirectory + "/../.build/release/martlet"
            guard let path = [beside, released].first(where: FileManager.default.isExecutableFile(atPath:)) else {
                throw LabFailure("\(beside) is not there", advice: "run `swift build --product martlet` first")
            }
            return path
        }
    }

    /// Defines a machine, armed: `PUT /api/v1/machines/{id}`.
    public func define(_ id: String, as definition: MachineDefinition) async throws {
        let body = "\(directory)/definition.json"
        try JSONEncoder().encode(definition).write(to: URL(fileURLWithPath: body))
        try await call("PUT", "/api/v1/machines/\(id)", ["-H", "Content-Type: application/json", "--data", "@\(body)"])
    }

    /// What the controller knows of a machine.
    public func record(_ id: String) async throws -> MachineRecord {
        try JSONDecoder().decode(MachineRecord.self, from: try await call("GET", "/api/v1/machines/\(id)"))
    }

    /// All events that the controller keeps of a machine, oldest first.
    public func events(_ id: String) async throws -> [Event] {
        try JSONDecoder().decode([Event].self, from: try await call("GET", "/api/v1/machines/\(id)/events"))
    }

    /// The overlay that carries an armed machine's vars, seed and a fresh token, as that machine itself would get it.
    public func overlay(mac: String) async throws -> [UInt8] {
        // The agent is told the URLs by which the overlay was asked for, so this asks as the guest would.
        let host = guestBase.dropFirst("http://".count)
        return Array(try await call("GET", "/boot/\(mac)/overlay.cpio", ["-H", "Host: \(host)"]))
    }

    /// Ends it.
    public func stop() async {
        process.kill(SIGTERM)
        guard (try? await process.waitForEnd(within: .seconds(10))) == nil else { return }
        process.kill()
    }

    @discardableResult
    private func call(_ method: String, _ path: String, _ options: [String] = []) async throws -> Data {
        let answer = "\(directory)/answer-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: answer) }
        do {
            try await HostTool.run(
                ["curl", "-sS", "--fail-with-body", "-m", "10", "-o", answer, "-X", method] + options
                    + [hostBase + path])
        } catch let failure as LabFailure {
            let body = (try? String(contentsOfFile: answer, encoding: .utf8)) ?? ""
            throw LabFailure(failure.sentence, context: body)
        }
        return try Data(contentsOf: URL(fileURLWithPath: answer))
    }

    /// A port that nothing listens on just now.
    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw LabFailure("no socket: \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 ? getsockname(descriptor, $0, &length) : -1
            }
        }
        guard result == 0 else { throw LabFailure("no free port: \(String(cString: strerror(errno)))") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
