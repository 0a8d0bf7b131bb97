import Glibc
import LinuxSystem

/// Every console that the kernel's `console=` arguments name. What PID 1 and the agent say goes to all of them.
///
/// Writes never block: a serial line takes 11 kB a second, and one whose far end is stuck takes nothing. Each terminal
/// has a bounded buffer, and drops its oldest bytes before it holds up the others.
struct Terminals {
    private struct Terminal {
        let path: String
        var output: Descriptor
        /// Where a shell is opened: for `tty0`, which is whatever console is in front, that is `tty1`.
        let shellPath: String
        var pending: [UInt8] = []
    }

    private static let pendingLimit = 256 << 10
    private var terminals: [Terminal] = []

    /// Opens the consoles listed in `/sys/class/tty/console/active`, else `/dev/console`.
    static func open() -> Terminals {
        var names = (Files.attribute("/sys/class/tty/console/active") ?? "").split(separator: " ").map(String.init)
        if names.isEmpty { names = ["console"] }
        var result = Terminals()
        for name in names {
            guard let output = openForWriting("/dev/\(name)") else { continue }
            let shell = name == "tty0" ? "tty1" : name
            result.terminals.append(Terminal(path: "/dev/\(name)", output: output, shellPath: "/dev/\(shell)"))
        }
        return result
    }

    private static func openForWriting(_ path: String) -> Descriptor? {
        try? Descriptor.open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK)
    }

    /// The terminals on which shells are opened.
    var shellPaths: [String] { terminals.map(\.shellPath) }

    /// Whether something still waits to be written.
    var isDrained: Bool { terminals.allSatisfy(\.pending.isEmpty) }

    /// Puts bytes on every terminal, as much as each takes now; the rest waits for `flush`.
    mutating func write(_ bytes: some Collection<UInt8>) {
        for index in terminals.indices {
            terminals[index].pending.append(contentsOf: bytes)
            let excess = terminals[index].pending.count - Self.pendingLimit
            if excess > 0 { terminals[index].pending.removeFirst(excess) }
        }
        flush()
    }

    /// Writes a line of text to every terminal.
    mutating func say(_ line: String) {
        write(Array((line + "\n").utf8))
    }

    /// Writes what is pending, as far as the terminals take it.
    mutating func flush() {
        for index in terminals.indices {
            while !terminals[index].pending.isEmpty {
                let taken = writeOnce(index)
                guard taken > 0 else { break }
                terminals[index].pending.removeFirst(min(taken, terminals[index].pending.count))
            }
        }
    }

    /// Writes to one terminal, once more if it was hung up: the kernel does that to every open descriptor of a terminal
    /// when the shell whose controlling terminal it was has ended (tty_ioctl(4), `TIOCNOTTY`).
    private mutating func writeOnce(_ index: Int) -> Int {
        var taken = write(to: terminals[index])
        if taken == -1, errno == EIO, let output = Self.openForWriting(terminals[index].path) {
            terminals[index].output = output
            taken = write(to: terminals[index])
        }
        return taken
    }

    private func write(to terminal: Terminal) -> Int {
        terminal.pending.withUnsafeBytes { Glibc.write(terminal.output.rawValue, $0.baseAddress, $0.count) }
    }

    /// Goes on writing until nothing is pending or the time is over.
    mutating func drain(milliseconds: Int32) {
        var left = milliseconds
        while !isDrained, left > 0 {
            _ = Polling.readable([], timeout: 20)
            left -= 20
            flush()
        }
    }
}
