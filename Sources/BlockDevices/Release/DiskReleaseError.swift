import Diagnostics

/// A disk cannot be released: something uses it that must not, or will not, be stopped.
public struct DiskReleaseError: ExplainedError, Equatable {
    /// The disk's node.
    public let disk: String
    /// Each completes the sentence `DISK cannot be released:`.
    public let reasons: [String]

    /// A refusal.
    public init(disk: String, reasons: [String]) {
        self.disk = disk
        self.reasons = reasons
    }

    /// What failed, on what and why.
    public var description: String { "\(disk) cannot be released: \(reasons.joined(separator: "; "))" }

    /// What to try.
    public var advice: String { "unmount or stop what is named, then retry" }
}
