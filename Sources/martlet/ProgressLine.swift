import CLinux
import Glibc
import ImageStreaming
import LinuxSystem

/// Progress in one line of a terminal, as wide as that is; where standard error is none, a line for each tenth part.
final class ProgressLine: Sendable {
    private struct State {
        var start: ContinuousClock.Instant?
        /// What was shown last: a percentage, or nothing yet.
        var percent: Int?
        var isOpen = false
    }

    private static let isTerminal = isatty(STDERR_FILENO) == 1
    private let state = Monitor(State())

    /// Shows how far something is.
    ///
    /// - Parameters:
    ///   - done: bytes.
    ///   - all: bytes in the end.
    ///   - note: what is done, where that is not plain.
    func show(percent: Int, done: UInt64, of all: UInt64, note: String = "") {
        let now = ContinuousClock.now
        let text = state.update { state -> String? in
            let elapsed = state.start.map { $0.duration(to: now) } ?? .zero
            if state.start == nil { state.start = now }
            guard Self.isTerminal || percent / 10 != (state.percent ?? 0) / 10 else { return nil }
            state.percent = percent
            state.isOpen = Self.isTerminal
            return ProgressText(percent: percent, done: done, all: all, elapsed: elapsed, note: note)
                .line(width: Self.isTerminal ? Self.width : 80)
        }
        guard let text else { return }
        standardError(Self.isTerminal ? "\r\(text)\u{1b}[K" : text, newline: !Self.isTerminal)
    }

    /// Writes a line of its own.
    func say(_ line: String) {
        end()
        standardError(line)
    }

    /// Ends the line that is open, if one is.
    func end() {
        let wasOpen = state.update { state in
            defer { state.isOpen = false }
            return state.isOpen
        }
        if wasOpen { standardError("") }
    }

    /// Columns of the terminal: ioctl_tty(2).
    private static var width: Int {
        var size = winsize()
        guard martlet_ioctl_pointer(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}

/// A line that says how far something is.
struct ProgressText {
    let percent: Int
    /// Bytes.
    let done: UInt64
    /// Bytes in the end.
    let all: UInt64
    let elapsed: Duration
    var note = ""

    /// As much of it as has room in so many columns, the last of which stays free: there some terminals begin a new line.
    func line(width: Int) -> String {
        let seconds = elapsed / .seconds(1)
        var parts = ["\(percent) %", "\(sizeText(done)) of \(sizeText(all))"]
        if !note.isEmpty { parts.append(note) }
        if seconds >= 1 {
            parts.append(rateText(done, in: seconds))
        }
        if let left = remainingTimeText(elapsed: elapsed, percent: percent) { parts.append(left) }
        var line = ""
        for part in parts where line.count + part.count + 2 < width { line += line.isEmpty ? part : "  " + part }
        let room = width - line.count - 5
        guard room >= 10 else { return line }
        let cells = min(room, 40)
        let full = cells * min(max(percent, 0), 100) / 100
        return "[" + String(repeating: "#", count: full) + String(repeating: ".", count: cells - full) + "]  " + line
    }
}
