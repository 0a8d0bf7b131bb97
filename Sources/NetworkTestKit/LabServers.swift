import Foundation
import LinuxSystem

extension NetworkLab {
    /// Runs dnsmasq in a namespace, for a minute at most, without DNS, and waits until it listens.
    ///
    /// - Parameter options: what it is to hand out.
    @discardableResult
    public func startDNSMasq(in namespace: String, on interface: String, _ options: [String]) throws -> pid_t {
        try startDaemon(
            in: namespace,
            [
                "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0", "--interface=\(interface)",
                "--bind-interfaces", "--user=root", "--log-facility=-", "--pid-file=",
                "--dhcp-leasefile=\(folder.path)/\(namespace).leases",
            ] + options, readyWhenLogged: "sockets bound exclusively")
    }

    /// Runs a server in a namespace, for a minute at most.
    ///
    /// - Parameter ready: waited for in its log, ten seconds at most; `nil` for not at all.
    @discardableResult
    public func startDaemon(
        in namespace: String, _ command: [String], environment: [String] = [], readyWhenLogged ready: String?
    ) throws -> pid_t {
        let output = try Descriptor.open(logPath(of: namespace), O_WRONLY | O_CREAT | O_APPEND)
        let command =
            ["/usr/bin/timeout", "--kill-after=1", "60", "/usr/sbin/ip", "netns", "exec", namespace] + command
        let pid = try ChildProcess.spawn(
            command[0], arguments: command, environment: Self.environment + environment,
            streams: [.file("/dev/null", flags: O_RDONLY), .descriptor(output), .descriptor(output)])
        daemons.update { $0.append(pid) }
        let deadline = ContinuousClock.now + .seconds(10)
        while let ready, !log(of: namespace).contains(ready) {
            guard ContinuousClock.now < deadline else { throw LabFailure(log(of: namespace)) }
            usleep(20_000)
        }
        return pid
    }

    /// Ends a server that was started here.
    public func stopDaemon(_ pid: pid_t) {
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
    public var serverLog: String { log(of: server) }

    /// How often a word stands in the server's log.
    public func count(_ word: String) -> Int {
        serverLog.components(separatedBy: word).count - 1
    }

    /// What the servers of a namespace have logged.
    public func log(of namespace: String) -> String {
        (try? Files.readText(logPath(of: namespace))) ?? ""
    }

    private func logPath(of namespace: String) -> String {
        folder.appending(path: "\(namespace).log").path
    }
}
