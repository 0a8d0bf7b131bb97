import Diagnostics
import ProvisioningAPI

/// A step that failed for good.
public struct StepFailure: ExplainedError {
    /// The step.
    public let step: StepName
    /// What failed, on what and why: one sentence without a final full stop.
    public let cause: String
    /// What to try; may be empty.
    public let advice: String
    /// The error behind it, for a program to match.
    public let underlying: (any Error)?

    /// A failure with its own words.
    public init(step: StepName, cause: String, advice: String = "", underlying: (any Error)? = nil) {
        self.step = step
        self.cause = cause
        self.advice = advice
        self.underlying = underlying
    }

    /// A failure because of an error. A `StepFailure` is passed on as it is: it knows better which step is to blame.
    public init(step: StepName, error: any Error) {
        if let failure = error as? StepFailure {
            self = failure
        } else {
            self.init(step: step, cause: error.explanation, advice: error.advisedAction, underlying: error)
        }
    }

    /// As `ERROR_URL` gets it.
    public var description: String { "step \(step) failed: \(cause)" }
}
