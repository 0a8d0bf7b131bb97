/// The body of the call to `ERROR_URL`: `step NAME failed: one-sentence cause`.
public struct ErrorReport: Hashable, Sendable, CustomStringConvertible {
    /// Where a run failed: in a step, or because the agent itself died.
    public enum Origin: Hashable, Sendable, CustomStringConvertible {
        /// A step of the pipeline.
        case step(StepName)
        /// The agent was killed, trapped or ran out of memory; process 1 reports it.
        case agent

        /// The name as it stands in the report.
        public var description: String {
            switch self {
            case .step(let name): name.rawValue
            case .agent: "agent"
            }
        }
    }

    /// Where it failed.
    public let origin: Origin
    /// Why, in one sentence without line ends.
    public let cause: String

    /// A report. Line ends in the cause become blanks: the report is one line.
    public init(origin: Origin, cause: String) {
        self.origin = origin
        self.cause = cause.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    /// A report read back from its text; `nil` when the text has another form or names no known step.
    public init?(_ text: some StringProtocol) {
        guard text.hasPrefix("step "), let middle = text.firstRange(of: " failed: ") else { return nil }
        let name = text.dropFirst("step ".count)
        guard name.startIndex <= middle.lowerBound else { return nil }
        let word = String(text[name.startIndex..<middle.lowerBound])
        if word == "agent" {
            origin = .agent
        } else if let step = StepName(rawValue: word) {
            origin = .step(step)
        } else {
            return nil
        }
        cause = String(text[middle.upperBound...])
    }

    /// The text that goes to the controller.
    public var description: String { "step \(origin) failed: \(cause)" }
}
