extension Polling {
    /// Waits until one of the descriptors can be read, was hung up, or the deadline has come; without one, for ever.
    ///
    /// A signal may end the wait early: look at the clock again before concluding anything.
    public static func readable(_ descriptors: [Int32], until deadline: ContinuousClock.Instant?) -> [Bool] {
        guard let deadline else { return readable(descriptors, timeout: -1) }
        // Rounded up, so that the deadline has come when poll(2) returns; an hour at most keeps the sum in range.
        let left = min(max(ContinuousClock.now.duration(to: deadline), .zero), .seconds(3600)).components
        let milliseconds = (left.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return readable(descriptors, timeout: Int32(left.seconds) * 1000 + Int32(milliseconds))
    }
}
