import Foundation
import Synchronization

/// The transcript of one machine on disk: each line with the seconds since power-on before it.
final class TranscriptFile: Sendable {
    private struct State {
        let handle: FileHandle
        var line: [UInt8] = []
    }

    /// Where it lies.
    let path: String
    private let start = ContinuousClock.now
    private let state: Mutex<State>

    /// Appends to the file, making it if it is not there.
    init(path: String, title: String) throws {
        self.path = path
        if !FileManager.default.fileExists(atPath: path) {
            try Data().write(to: URL(fileURLWithPath: path))
        }
        guard let handle = FileHandle(forWritingAtPath: path) else {
            throw LabFailure("cannot write the transcript \(path)")
        }
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("=== \(title)\n".utf8))
        state = Mutex(State(handle: handle))
    }

    deinit {
        append([UInt8(ascii: "\n")])
    }

    func append(_ bytes: [UInt8]) {
        let time = start.duration(to: .now)
        let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
        state.withLock { state in
            var text: [UInt8] = []
            for byte in bytes {
                if state.line.isEmpty { state.line = Array(String(format: "%8.2f  ", seconds).utf8) }
                state.line.append(byte)
                guard byte == UInt8(ascii: "\n") else { continue }
                text += state.line
                state.line = []
            }
            // A full disk costs the transcript on disk; the tests read the one in memory.
            try? state.handle.write(contentsOf: Data(text))
        }
    }
}
