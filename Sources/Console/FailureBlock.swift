import Pipeline

/// What an operator reads when the agent has failed: the step, the cause, what to try, the last log lines.
public struct FailureBlock: Sendable {
    /// The block's lines. The first is fixed by the console contract.
    public let lines: [String]

    /// A block for a failure.
    ///
    /// - Parameters:
    ///   - recentLog: the last lines of the log, oldest first; at most 20 are shown.
    ///   - next: what happens now, such as `a shell opens on every console`.
    public init(_ failure: StepFailure, recentLog: [String], next: String) {
        // A cause of several lines (a table of disks) keeps its first line in the fixed place.
        let cause = failure.cause.split(separator: "\n", omittingEmptySubsequences: false)
        var lines = ["", "martlet: FAILED step \(failure.step): \(cause.first ?? "")"]
        lines += cause.dropFirst().map { "  \($0)" }
        if !failure.advice.isEmpty {
            let advice = failure.advice.split(separator: "\n", omittingEmptySubsequences: false)
            lines.append("  what to try: \(advice.first ?? "")")
            lines += advice.dropFirst().map { "               \($0)" }
        }
        if !recentLog.isEmpty {
            lines.append("  the last log lines:")
            lines += recentLog.suffix(20).map { "    | \($0)" }
        }
        lines.append("  next: \(next)")
        self.lines = lines
    }
}
