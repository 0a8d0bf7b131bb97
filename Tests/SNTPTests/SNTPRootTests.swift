import Foundation
import LinuxSystem
import Testing

@testable import SNTP

/// The real client against a real server (chronyd) on loopback, which leaves the machine's clock alone. Needs root,
/// which chronyd insists on.
@Suite("Root: SNTP against chronyd", .serialized)
struct SNTPRootTests {
    @Test("a server's time is this machine's, over either protocol", arguments: ["127.0.0.1", "::1"])
    func time(host: String) async throws {
        let server = try TimeServer("local stratum 8")
        defer { server.close() }
        let offset = try await server.ask(host)
        #expect(offset.offset > .milliseconds(-128) && offset.offset < .milliseconds(128), "\(offset)")
        #expect(offset.stratum == 8)
        #expect(ClockDecision(now: SystemClock.now, earliest: UnixTime(seconds: 0), offset: offset).action == .leave)
    }

    @Test("a server that has no time says so")
    func unsynchronised() async throws {
        let server = try TimeServer("")
        defer { server.close() }
        let error = await #expect(throws: SNTPError.self) { try await server.ask("127.0.0.1") }
        #expect(
            error?.failures.first?.hasSuffix("(its clock is not synchronised)") == true, "\(String(describing: error))")
    }
}

/// chronyd in the foreground, for half a minute at most, on a port of its own.
private struct TimeServer {
    private let port = UInt16.random(in: 20_000..<30_000)
    private let folder: URL
    private let pid: pid_t

    init(_ configuration: String) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "sntp-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Files.write(
            """
            \(configuration)
            port \(port)
            cmdport 0
            bindaddress 127.0.0.1
            bindaddress ::1
            bindcmdaddress /
            allow 127.0.0.1
            allow ::1
            pidfile \(folder.path)/pid
            user root

            """, to: folder.appending(path: "chrony.conf").path)
        let command = [
            "/usr/bin/timeout", "--kill-after=1", "30", "/usr/sbin/chronyd", "-d", "-x", "-f",
            folder.appending(path: "chrony.conf").path,
        ]
        let log = try Descriptor.open(folder.appending(path: "log").path, O_WRONLY | O_CREAT | O_APPEND)
        pid = try ChildProcess.spawn(
            command[0], arguments: command, environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
            streams: [.file("/dev/null", flags: O_RDONLY), .descriptor(log), .descriptor(log)])
    }

    /// Asks until the server has started.
    func ask(_ host: String) async throws -> ClockOffset {
        let server = SNTPServer(host: host, port: port)
        let deadline = ContinuousClock.now + .seconds(10)
        while true {
            do {
                return try await offPool("sntp") { try SNTPClient.ask([server], earliest: UnixTime(seconds: 0)) }
            } catch let error as SNTPError {
                let isStarting = error.failures.contains { $0.contains("nothing listens") }
                guard isStarting, ContinuousClock.now < deadline else { throw error }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    func close() {
        kill(pid, SIGTERM)
        waitpid(pid, nil, 0)
        try? FileManager.default.removeItem(at: folder)
    }
}
