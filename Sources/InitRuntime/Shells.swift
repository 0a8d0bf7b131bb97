import Glibc
import LinuxSystem

/// The rescue shells: one on each console, each a session of its own with job control.
struct Shells {
    private var open: [pid_t: String] = [:]

    /// Whether any shell runs.
    var isEmpty: Bool { open.isEmpty }

    /// Opens a shell on every terminal that has none.
    ///
    /// - Returns: what could not be started.
    mutating func start(on terminals: [String], asksPassword: Bool) -> [SystemCallError] {
        var failures: [SystemCallError] = []
        for terminal in terminals where !open.values.contains(terminal) {
            do throws(SystemCallError) {
                open[try Self.spawn(on: terminal, asksPassword: asksPassword)] = terminal
            } catch {
                failures.append(error)
            }
        }
        return failures
    }

    /// Takes note that a process ended; whether it was one of the shells.
    mutating func ended(_ pid: pid_t) -> Bool {
        open.removeValue(forKey: pid) != nil
    }

    private static func spawn(on terminal: String, asksPassword: Bool) throws(SystemCallError) -> pid_t {
        let environment = [
            "HOME=/root", "PATH=/usr/bin:/bin:/usr/sbin:/sbin", "PS1=martlet# ", "SHELL=/bin/sh", "SUSHELL=/bin/sh",
            terminal.hasPrefix("/dev/ttyS") ? "TERM=vt102" : "TERM=linux",
        ]
        let program = asksPassword ? "/sbin/sulogin" : "/bin/sh"
        // The first open by a session leader makes the terminal its controlling one; the others find it open.
        let stream = ChildProcess.Stream.file(terminal, flags: O_RDWR)
        return try ChildProcess.spawn(
            program, arguments: [asksPassword ? "sulogin" : "sh"], environment: environment,
            streams: [stream, stream, stream], newSession: true)
    }
}
