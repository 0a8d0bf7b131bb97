import Diagnostics

/// Something in the lab did not happen, or did not happen in time.
public struct LabFailure: ExplainedError {
    /// What failed, on what and why, in one sentence.
    public let sentence: String
    /// What was seen last, such as a console's last lines; may be empty.
    public let context: String
    /// What to try, such as the make target that builds a missing file.
    public let advice: String

    /// A failure.
    public init(_ sentence: String, context: String = "", advice: String = "") {
        self.sentence = sentence
        self.context = context
        self.advice = advice
    }

    /// The sentence and what was seen last.
    public var description: String {
        context.isEmpty ? sentence : "\(sentence); seen last:\n\(context)"
    }
}
