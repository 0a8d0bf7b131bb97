import CLinux
import Glibc
import LinuxSystem

/// The agent as PID 1 sees it: a child process, the pipe of what it prints, and the socket on which it asks for a shell.
struct AgentProcess {
    let pid: pid_t
    let output: Descriptor
    let control: Descriptor

    /// Starts the agent: this very program once more, with a word that says what it is.
    static func start(role: String, arguments: [String] = []) throws(SystemCallError) -> AgentProcess {
        let (reader, writer) = try Channels.pipe()
        let (ours, theirs) = try Channels.socketPair()
        let pid = try ChildProcess.spawn(
            "/proc/self/exe", arguments: ["martlet", role] + arguments,
            environment: ["HOME=/root", "PATH=/usr/bin:/bin:/usr/sbin:/sbin", "SWIFT_BACKTRACE=enable=no"],
            streams: [
                .file("/dev/null", flags: O_RDONLY), .descriptor(writer), .descriptor(writer), .descriptor(theirs),
            ],
            newSession: true)
        try Channels.setNonBlocking(reader)
        try Channels.setNonBlocking(ours)
        return AgentProcess(pid: pid, output: reader, control: ours)
    }

    /// What the agent has printed since the last call; empty when there is nothing.
    func takeOutput() -> [UInt8] {
        var collected: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while collected.count < 256 << 10 {
            let got = chunk.withUnsafeMutableBytes { Glibc.read(output.rawValue, $0.baseAddress, $0.count) }
            guard got > 0 else { break }
            collected.append(contentsOf: chunk.prefix(got))
        }
        return collected
    }

    /// The bytes that the agent has sent since the last call: a wish for a shell, or how it ends.
    func takeMessages() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 16)
        let got = bytes.withUnsafeMutableBytes { recv(control.rawValue, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT)) }
        return got > 0 ? Array(bytes.prefix(got)) : []
    }

    /// Whether its main thread has ended. The kernel gives the process back only when every thread has: one that is stuck
    /// in a call on a dying device keeps it for ever (proc_pid_stat(5), field 3).
    var hasEnded: Bool {
        guard let text = Files.attribute("/proc/\(pid)/stat") else { return true }
        guard let name = text.lastIndex(of: ")") else { return false }
        return text[name...].split(separator: " ").dropFirst().first == "Z"
    }

    /// Tells an agent that waits at a `martlet.break=` to go on. `MSG_NOSIGNAL`: the agent may be gone.
    func proceed() {
        var byte = ControlByte.proceed
        _ = send(control.rawValue, &byte, 1, Int32(MSG_NOSIGNAL))
    }
}
