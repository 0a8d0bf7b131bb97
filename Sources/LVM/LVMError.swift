import Diagnostics

/// Why a physical volume's metadata cannot be used.
public enum LVMError: ExplainedError, Equatable {
    /// A checksum or a field of the label or of a metadata area is wrong.
    case damaged(reason: String)
    /// The text of the metadata does not follow its grammar.
    case damagedText(line: Int, reason: String)

    /// One sentence without a final full stop.
    public var description: String {
        switch self {
        case .damaged(let reason): "the LVM physical volume is damaged: \(reason)"
        case .damagedText(let line, let reason): "line \(line) of the LVM metadata is damaged: \(reason)"
        }
    }

    /// What to try.
    public var advice: String { "check the image with pvck and vgck where it is built" }
}
