import Foundation
import HTTPTestKit
import Testing

/// Debian's tinyproxy on the loopback interface, for as long as the value lives.
final class TinyProxy {
    static let isInstalled = FileManager.default.isExecutableFile(atPath: "/usr/bin/tinyproxy")

    let port: Int
    private let directory: URL
    private let process = Process()

    /// - Parameter credentials: the user and the password that it asks for.
    init(credentials: (user: String, password: String)? = nil) async throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "proxy-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        // A server that has ended has freed its port.
        port = try FaultServer { _, _ in [] }.port
        let text = """
            Port \(port)
            Listen 127.0.0.1
            Timeout 20
            LogFile "\(directory.path)/log"
            LogLevel Info
            MaxClients 50
            \(credentials.map { "BasicAuth \($0.user) \($0.password)" } ?? "")

            """
        let file = directory.appending(path: "tinyproxy.conf")
        try Data(text.utf8).write(to: file)
        process.executableURL = URL(filePath: "/usr/bin/tinyproxy")
        process.arguments = ["-d", "-c", file.path]
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        for _ in 0..<200 where !log.contains("Accepting connections") { try await Task.sleep(for: .milliseconds(50)) }
    }

    deinit {
        // Asked politely, it waits for the end of what it has under way.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: directory)
    }

    /// What it wrote down of its requests.
    var log: String {
        (try? String(contentsOf: directory.appending(path: "log"), encoding: .utf8)) ?? ""
    }
}
