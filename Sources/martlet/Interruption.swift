import Diagnostics
import Dispatch
import Glibc

/// Runs something that SIGINT or SIGTERM cancels: the first of them; the next ends the program at once.
///
/// - Throws: what `body` throws; `CancellationError` in most cases when it was cancelled.
func heedingSignals<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
    let task = Task { try await body() }
    let sources = [SIGINT, SIGTERM].map { number in
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler {
            signal(number, SIG_DFL)
            task.cancel()
        }
        source.resume()
        return source
    }
    defer {
        for (number, source) in zip([SIGINT, SIGTERM], sources) {
            source.cancel()
            signal(number, SIG_DFL)
        }
    }
    return try await task.value
}

/// Somebody ended a command in the middle.
struct Interrupted: ExplainedError {
    /// What is left, as half a sentence.
    let outcome: String
    let advice: String

    var description: String { "interrupted: \(outcome)" }
}
