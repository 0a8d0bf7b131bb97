/// When to repeat a call, and after what pause: exponential back-off with jitter.
public struct RetryPolicy: Hashable, Sendable {
    /// The pause after the first failure, before jitter.
    public var first: Duration
    /// The longest pause, before jitter.
    public var longest: Duration
    /// The longest that one attempt may take.
    public var attemptLimit: Duration

    /// A policy.
    public init(
        first: Duration = .milliseconds(500), longest: Duration = .seconds(15), attemptLimit: Duration = .seconds(30)
    ) {
        self.first = first
        self.longest = longest
        self.attemptLimit = attemptLimit
    }

    /// The pause after the failure with this number, counted from 0.
    ///
    /// - Parameters:
    ///   - chance: where between half and all of the back-off the pause lies: 0 to 1.
    ///   - asked: what the controller asked for (`Retry-After`); never undercut, never over five minutes.
    public func pause(afterFailure number: Int, chance: Double, asked: Duration? = nil) -> Duration {
        let doublings = min(max(number, 0), 20)
        let backOff = min(first * (1 << doublings), longest)
        let jittered = backOff * (0.5 + 0.5 * min(max(chance, 0), 1))
        guard let asked else { return jittered }
        return max(jittered, min(asked, .seconds(300)))
    }

    /// Whether an answer with this status is worth another attempt: 408, 425, 429 and 5xx are.
    public static func isTransient(status: Int) -> Bool {
        status == 408 || status == 425 || status == 429 || (500...599).contains(status)
    }
}
