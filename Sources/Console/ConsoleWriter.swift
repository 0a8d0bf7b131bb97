import Diagnostics
import Glibc
import Synchronization

/// Everything the agent prints: scrubbed of secrets, whole lines kept whole, on standard output, which PID 1 puts on
/// every console.
public final class ConsoleWriter: Sendable {
    private struct State {
        var scrubber = SecretScrubber([])
        /// The line that is still being updated in place, such as a running step's; empty when there is none.
        var openLine = ""
    }

    private let state = Mutex(State())
    private let emit: @Sendable (String) -> Void

    /// A writer to standard output.
    public convenience init() {
        self.init { text in
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                let written = rest.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
                if written > 0 {
                    rest = rest.dropFirst(written)
                } else if errno != EINTR {
                    return
                }
            }
        }
    }

    /// A writer to something else, for tests.
    public init(emit: @escaping @Sendable (String) -> Void) {
        self.emit = emit
    }

    /// Makes further secrets unprintable.
    public func hide(_ secrets: SecretScrubber) {
        state.withLock { $0.scrubber = $0.scrubber.adding(secrets) }
    }

    /// The text as it may be printed.
    public func scrub(_ text: String) -> String {
        state.withLock { $0.scrubber }.scrub(text)
    }

    /// Prints a line. A line that is being updated in place ends first and is not taken up again by itself.
    public func say(_ line: String) {
        state.withLock { state in
            emit((state.openLine.isEmpty ? "" : "\n") + state.scrubber.scrub(line) + "\n")
            state.openLine = ""
        }
    }

    /// Begins or updates the one line that changes in place.
    public func update(_ line: String) {
        state.withLock { state in
            let text = state.scrubber.scrub(line)
            guard text != state.openLine else { return }
            // Only what follows is sent when the new text just goes on: a serial line takes 11 kB a second.
            if !state.openLine.isEmpty, text.hasPrefix(state.openLine) {
                emit(String(text.dropFirst(state.openLine.count)))
            } else {
                emit(state.openLine.isEmpty ? text : "\r\u{1b}[K" + text)
            }
            state.openLine = text
        }
    }

    /// Gives the line that changes in place its last text and ends it.
    public func finish(_ line: String) {
        update(line)
        state.withLock { state in
            emit("\n")
            state.openLine = ""
        }
    }
}
