import Diagnostics

/// A text that is no reference to an image in a registry.
public struct OCIReferenceError: ExplainedError, Equatable {
    /// The text as an `oci://` URL, without secrets.
    public let reference: String
    /// What is wrong with it.
    public let reason: String

    /// A refusal of a text.
    public init(reference: String, reason: String) {
        self.reference = reference
        self.reason = reason
    }

    /// One sentence without a final full stop.
    public var description: String { "\(reference) names no image in a registry: \(reason)" }

    /// What to try.
    public var advice: String { "give it in the form oci://HOST[:PORT]/NAME[:TAG][@sha256:DIGEST]" }
}
