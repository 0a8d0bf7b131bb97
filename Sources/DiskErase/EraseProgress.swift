import LinuxSystem

/// Hears what is going on, in a few words, and how far it is where that is known (0 to 100).
public typealias EraseProgress = @Sendable (_ message: String, _ percent: Int?) -> Void

/// Says every second how long a call has been at it that only returns when it is done.
///
/// - Parameter expected: how long the disk itself says it will take.
func reporting<Value>(
    _ what: String, expected: Duration?, to progress: @escaping EraseProgress, _ body: () throws -> Value
) throws -> Value {
    let isDone = Monitor(false)
    try NativeThread.start("erase progress") {
        let clock = ContinuousClock()
        let start = clock.now
        while isDone.wait(timeout: .seconds(1), until: { $0 ? true : nil }) == nil {
            let elapsed = clock.now - start
            // It is done when it returns, not when its estimate is over.
            let percent = expected.map { $0 > .zero ? min(Int(elapsed / $0 * 100), 99) : 99 }
            let estimate = expected.map { " of about \($0.components.seconds) s" } ?? ""
            progress("\(what), \(elapsed.components.seconds) s\(estimate)", percent)
        }
    }
    defer { isDone.update { $0 = true } }
    return try body()
}

/// Waits: for operations that a disk ends by itself and announces nowhere.
func rest(_ duration: Duration) {
    let never = Monitor(())
    _ = never.wait(timeout: duration) { _ -> Bool? in nil }
}
