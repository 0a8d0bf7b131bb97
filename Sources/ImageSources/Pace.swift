/// Tells a download that has slowed to a crawl: a connection that will not recover, where a new one may.
///
/// Only the time spent waiting for the server counts; a slow disk is not the server's fault.
struct Pace {
    private let window: Duration
    private let leastBytes: UInt64
    private var waited = Duration.zero
    private var bytes: UInt64 = 0

    /// - Parameters:
    ///   - window: how much waiting is looked at at a time.
    ///   - leastRate: bytes a second.
    init(window: Duration, leastRate: Int) {
        self.window = window
        leastBytes = UInt64(clamping: Int(window / .seconds(1) * Double(leastRate)))
    }

    /// Takes what came after a wait.
    ///
    /// - Returns: whether that was too little.
    mutating func isCrawl(_ count: UInt64, after wait: Duration) -> Bool {
        waited += wait
        bytes += count
        guard waited >= window else { return false }
        defer { reset() }
        return bytes < leastBytes
    }

    /// A new connection has begun.
    mutating func reset() {
        waited = .zero
        bytes = 0
    }
}
