import Diagnostics

/// An archive that cannot be read.
public enum TarError: ExplainedError, Equatable {
    /// It ends before its end.
    case truncated
    /// It is not as an archive is.
    case damaged(String)
    /// A file's holes are left out in it, in a form of GNU tar's own.
    case sparse(String)

    /// One sentence without a final full stop.
    public var description: String {
        switch self {
        case .truncated: "the tar archive around the image ends too early"
        case .damaged(let reason): "the tar archive around the image is damaged: \(reason)"
        case .sparse(let name): "the tar archive around the image leaves out the holes of \(quotedText(name))"
        }
    }

    /// What to try.
    public var advice: String {
        switch self {
        case .truncated, .damaged: "make the archive again, and push it"
        case .sparse: "make the archive without --sparse"
        }
    }
}
