import LinuxSystem

/// The calls on a disk that have not returned yet: a controller or a path that hangs may keep one for ever, and nothing
/// ends it. Thread-safe.
final class CallsInFlight: Sendable {
    private struct State {
        var begun: [Int: (call: String, at: ContinuousClock.Instant)] = [:]
        var count = 0
    }

    private let state = Monitor(State())

    /// Makes a call.
    ///
    /// - Parameter call: such as `pwrite`.
    func during<Value, Failure: Error>(
        _ call: String, _ body: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let number = state.update { state in
            state.count += 1
            state.begun[state.count] = (call, .now)
            return state.count
        }
        defer { state.update { $0.begun[number] = nil } }
        return try body()
    }

    /// The name of a call that was made longer ago than this, if there is one.
    func stuck(for limit: Duration) -> String? {
        let now = ContinuousClock.now
        return state.update { $0.begun.values.first { $0.at.duration(to: now) > limit }?.call }
    }
}
