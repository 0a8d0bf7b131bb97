import Diagnostics
import LinuxSystem
import SystemPackage

/// A request to the kernel's network control plane that failed. `asked` says what, of which link.
public enum NetlinkError: ExplainedError, Equatable {
    /// The socket could not be used.
    case socket(asked: String, SystemCallError)
    /// The kernel refused. `reason` is its own sentence (extended ACK), where it gave one.
    case refused(asked: String, errno: Errno, reason: String?)
    /// The answer contradicts its own lengths.
    case malformed(asked: String, MalformedNetlinkMessage)
    /// No answer came in time.
    case noAnswer(asked: String, after: Duration)
    /// The list changed while it was read, as often as it was read again.
    case keepsChanging(asked: String, attempts: Int)

    /// The kernel's error number, when the kernel refused.
    public var errno: Errno? {
        if case .refused(_, let errno, _) = self { errno } else { nil }
    }

    /// What failed, of which link, and why.
    public var description: String {
        switch self {
        case .socket(let asked, let error): "\(asked): \(error)"
        case .refused(let asked, let errno, let reason):
            if let reason { "\(asked): \(errno) (kernel: \(reason))" } else { "\(asked): \(errno)" }
        case .malformed(let asked, let error): "\(asked): the kernel's answer is malformed: \(error)"
        case .noAnswer(let asked, let time): "\(asked): the kernel gave no answer in \(time)"
        case .keepsChanging(let asked, let attempts):
            "\(asked): the list kept changing while it was read \(attempts) times"
        }
    }

    /// What to try.
    public var advice: String {
        switch self {
        case .refused(_, .notPermitted, _), .refused(_, .permissionDenied, _): "run as root (CAP_NET_ADMIN)"
        case .refused(_, .operationNotSupportedByDevice, _): "the link has gone: list the links again"
        default: ""
        }
    }
}
