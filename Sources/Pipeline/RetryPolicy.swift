/// How often a step is tried, and how long the engine waits in between.
public struct RetryPolicy: Sendable, Equatable, CustomStringConvertible {
    /// Tries in all, at least 1.
    public let attempts: Int
    /// Seconds before the second try; each later pause is twice as long.
    public let firstPause: Double
    /// The longest pause, in seconds.
    public let longestPause: Double

    /// Tried once.
    public static let never = RetryPolicy(attempts: 1, firstPause: 0, longestPause: 0)
    /// For what hangs on the network: five tries, 2 to 15 seconds apart.
    public static let network = RetryPolicy(attempts: 5, firstPause: 2, longestPause: 15)

    /// A policy; fewer than one try counts as one.
    public init(attempts: Int, firstPause: Double, longestPause: Double) {
        self.attempts = max(attempts, 1)
        self.firstPause = firstPause
        self.longestPause = longestPause
    }

    /// The pause after so many failed tries, in seconds.
    public func pause(afterFailures failures: Int) -> Double {
        var pause = firstPause
        for _ in 1..<max(failures, 1) { pause = min(pause * 2, longestPause) }
        return min(pause, longestPause)
    }

    /// In the printed plan: nothing, or how often the step is tried.
    public var description: String { attempts == 1 ? "" : "up to \(attempts) tries" }
}

/// An error that a further try may cure, such as a connection that was reset.
///
/// Only such errors are tried again, whatever the step's policy.
public protocol TransientError: Error {
    /// Whether a further try may succeed.
    var mayPass: Bool { get }
}
