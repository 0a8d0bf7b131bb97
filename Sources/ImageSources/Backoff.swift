/// How long to wait before the next attempt: one second at first, twice as long each time, at most 15 s, and of that by
/// chance between half and all, so that a rack of machines does not come back to a server in step.
struct Backoff: Sendable {
    /// The first wait's greatest length.
    var first = Duration.seconds(1)
    /// No wait is longer.
    var longest = Duration.seconds(15)

    /// The wait before an attempt.
    ///
    /// - Parameters:
    ///   - attempt: counted from 1.
    ///   - chance: from 0 to 1.
    func delay(before attempt: Int, chance: Double = .random(in: 0...1)) -> Duration {
        let doublings = min(max(attempt - 1, 0), 20)
        return min(first * (1 << doublings), longest) * (0.5 + chance / 2)
    }
}
