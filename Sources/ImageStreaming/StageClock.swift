import LinuxSystem

/// What the writing of an image spends time on.
public enum WriteStage: String, CaseIterable, Sendable {
    /// Waiting for the server.
    case receive
    case decode
    /// Check sums and signatures.
    case hash
    case write
    /// Waiting until the disk has stored what was written.
    case flush
    case readBack
}

/// How long each stage was at work itself, not waiting for another. They run at the same time, some on several threads, which
/// add up. Thread-safe.
final class StageClock: Sendable {
    private let state = Monitor<[WriteStage: Duration]>([:])

    /// What came to 0 was not there.
    var durations: [WriteStage: Duration] { state.update { $0 } }

    func add(_ duration: Duration, to stage: WriteStage) {
        state.update { $0[stage, default: .zero] += duration }
    }

    func during<Value, Failure: Error>(
        _ stage: WriteStage, _ body: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let start = ContinuousClock.now
        defer { add(start.duration(to: .now), to: stage) }
        return try body()
    }
}
