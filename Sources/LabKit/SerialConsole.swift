import Foundation
import Glibc
import Synchronization

/// A machine's serial line: everything it printed since power-on, and a keyboard.
///
/// Every wait looks only at text that no earlier wait has used up, as a reader at the terminal would.
public final class SerialConsole: Sendable {
    private struct State {
        var raw: [UInt8] = []
        var plain: [UInt8] = []
        var used = 0
        var filter = ConsoleText()
        var commands = 0
        var isClosed = false
    }

    private let socket: UnixSocket
    private let state = Mutex(State())
    private let log: TranscriptFile
    private let echo: (@Sendable ([UInt8]) -> Void)?

    /// Reads the line from now on.
    ///
    /// - Parameters:
    ///   - socket: the connected QEMU character device.
    ///   - log: the file that takes each line with the seconds since power-on.
    ///   - echo: also given all bytes as they come, for a live view.
    init(socket: UnixSocket, log: TranscriptFile, echo: (@Sendable ([UInt8]) -> Void)?) {
        self.socket = socket
        self.log = log
        self.echo = echo
        let thread = Thread { [self] in
            while let bytes = socket.read() { take(bytes) }
            state.withLock { $0.isClosed = true }
        }
        thread.name = "serial console"
        thread.start()
    }

    private func take(_ bytes: [UInt8]) {
        let plain = state.withLock { state in
            let plain = state.filter.plain(bytes)
            state.raw += bytes
            state.plain += plain
            return plain
        }
        log.append(plain)
        echo?(bytes)
    }

    /// Everything the machine printed, as text without terminal sequences.
    public var transcript: String {
        state.withLock { String(decoding: $0.plain, as: UTF8.self) }
    }

    /// Every byte the machine printed.
    public var rawBytes: [UInt8] {
        state.withLock { $0.raw }
    }

    /// The last lines, for errors.
    public func lastLines(_ count: Int) -> String {
        transcript.split(separator: "\n", omittingEmptySubsequences: false).suffix(count).joined(separator: "\n")
    }

    /// Waits for a text and uses up the transcript to its end.
    ///
    /// - Parameters:
    ///   - text: what to wait for, without carriage returns.
    ///   - seconds: how long to wait.
    ///   - stops: texts that mean it can no longer come; seeing one first fails at once.
    /// - Returns: what was printed before the text since the last wait.
    /// - Throws: `LabFailure` with the last 60 lines.
    @discardableResult
    public func expect(
        _ text: String, within seconds: Int, stops: [String] = SerialConsole.panics
    ) async throws -> String {
        try await expect(anyOf: [text], within: seconds, stops: stops).before
    }

    /// Waits for the first of several texts, as `expect(_:within:stops:)`.
    public func expect(
        anyOf texts: [String], within seconds: Int, stops: [String] = SerialConsole.panics
    ) async throws -> (found: String, before: String) {
        let wanted = texts.map { "“\($0)”" }.joined(separator: " or ")
        let deadline = ContinuousClock.now + .seconds(seconds)
        // Where the next look starts: text that was searched before is not searched again.
        var searched = 0
        let longest = (texts + stops).map(\.utf8.count).max() ?? 0
        while true {
            let (match, isClosed) = state.withLock { state in
                let from = max(state.used, searched)
                let end = state.plain.count
                let hits = (texts + stops).enumerated().compactMap { index, text in
                    state.plain[from...].firstRange(of: Array(text.utf8)).map { (index, text, $0) }
                }
                searched = max(state.used, end - longest)
                guard let hit = hits.min(by: { $0.2.lowerBound < $1.2.lowerBound }) else {
                    return (nil as (index: Int, text: String, before: String)?, state.isClosed)
                }
                let before = String(decoding: state.plain[state.used..<hit.2.lowerBound], as: UTF8.self)
                state.used = hit.2.upperBound
                return ((hit.0, hit.1, before), state.isClosed)
            }
            if let match {
                if match.index < texts.count { return (match.text, match.before) }
                try await Task.sleep(for: .seconds(1))  // The lines after a panic or failure tell why.
                throw failure("the console said “\(match.text)” before \(wanted)")
            }
            if isClosed { throw failure("the machine went off before the console said \(wanted)") }
            if ContinuousClock.now >= deadline {
                throw failure("the console did not say \(wanted) within \(seconds) s")
            }
            try await Task.sleep(for: .milliseconds(25))
        }
    }

    /// Types text; `\n` is the return key.
    public func type(_ text: String) throws {
        try socket.write(Array(text.utf8))
    }

    /// Types a shell command and waits for its end.
    ///
    /// - Parameter mustSucceed: fail when its exit status is not 0.
    /// - Returns: what it printed.
    @discardableResult
    public func run(_ command: String, within seconds: Int = 30, mustSucceed: Bool = true) async throws -> String {
        let number = state.withLock { state in
            state.commands += 1
            return state.commands
        }
        // The quotes keep the echo of the typed line from looking like the command's own output.
        try type("echo LAB''BEGIN\(number).; \(command); echo LAB''END\(number). $?.\n")
        try await expect("LABBEGIN\(number).\n", within: seconds)
        let output = try await expect("LABEND\(number). ", within: seconds)
        let status = try await expect(".", within: 5)
        if mustSucceed, status != "0" {
            throw failure("`\(command)` in the guest ended with status \(status), having said: \(output)")
        }
        return output
    }

    /// What a kernel prints when nothing more can follow.
    public static let panics = ["Kernel panic - not syncing"]

    private func failure(_ what: String) -> LabFailure {
        LabFailure(what, context: lastLines(60), advice: "read the transcript \(log.path)")
    }
}
