import LabKit
import Synchronization

/// When a machine's console printed each line, on the host's clock: a guest's own can run slower than time does.
final class ConsoleClock: Sendable {
    private struct State {
        var filter = ConsoleText()
        var line: [UInt8] = []
        var lines: [(text: String, time: ContinuousClock.Instant)] = []
    }

    private let state = Mutex(State())

    /// Takes what the machine printed; a line has the time at which its end came.
    func take(_ bytes: [UInt8]) {
        let now = ContinuousClock.now
        state.withLock { state in
            for byte in state.filter.plain(bytes) {
                if byte == UInt8(ascii: "\n") {
                    state.lines.append((String(decoding: state.line, as: UTF8.self), now))
                    state.line = []
                } else {
                    state.line.append(byte)
                }
            }
        }
    }

    /// When the first line came that holds `text`, at or after `start`.
    ///
    /// - Throws: `LabFailure` when there is none.
    func time(of text: String, after start: ContinuousClock.Instant? = nil) throws -> ContinuousClock.Instant {
        let line = state.withLock { state in
            state.lines.first { line in line.text.contains(text) && start.map { line.time >= $0 } ?? true }
        }
        guard let line else { throw LabFailure("no line of the console holds “\(text)”") }
        return line.time
    }
}
