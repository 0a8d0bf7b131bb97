import CLinux
import Glibc

/// Signals as readable events: sigprocmask(2), signalfd(2).
public enum Signals {
    /// Blocks signals in this thread and returns a non-blocking descriptor from which they are read.
    public static func descriptor(for signals: [Int32]) throws(SystemCallError) -> Descriptor {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        try systemCall("sigprocmask") { sigprocmask(SIG_BLOCK, &set, nil) }
        let raw = try systemCall("signalfd") { martlet_signalfd(&set) }
        return Descriptor(owning: raw, name: "signalfd")
    }

    /// The next waiting signal's number; `nil` when none waits.
    public static func next(from descriptor: Descriptor) -> Int32? {
        var number: Int32 = 0
        return martlet_read_signal(descriptor.rawValue, &number) == 1 ? number : nil
    }

    /// Sends a signal: kill(2).
    public static func send(_ signal: Int32, to pid: pid_t) throws(SystemCallError) {
        try systemCall("kill", "process \(pid)") { kill(pid, signal) }
    }
}
