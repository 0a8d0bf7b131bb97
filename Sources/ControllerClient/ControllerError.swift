import Diagnostics

/// A call to the controller that had no success.
public enum ControllerError: ExplainedError, Hashable {
    /// The value of a key is no http or https URL with a host.
    case invalidURL(key: String)
    /// The file with further certificate authorities cannot be used.
    case authorities(path: String, reason: String)
    /// The controller says that this machine must not be touched: 409 or 410 in answer to INIT.
    case leaveAlone(status: Int)
    /// The controller answered, but not with success; its message is one line, without secrets.
    case answered(key: String, url: String, status: Int, message: String)
    /// No answer came.
    case unreachable(key: String, url: String, failure: TransportFailure)
    /// The caller was cancelled.
    case cancelled(key: String)

    /// One sentence without a final full stop.
    public var description: String {
        switch self {
        case .invalidURL(let key): "\(key) is not usable: it is not an http or https URL with a host"
        case .authorities(let path, let reason): "the certificate authorities in \(path) are not usable: \(reason)"
        case .leaveAlone(let status): "the controller answered INIT with \(status): this machine must not be touched"
        case .answered(let key, let url, let status, let message):
            "the call to \(key) (\(url)) was answered with status \(status)" + (message.isEmpty ? "" : ": \(message)")
        case .unreachable(let key, let url, let failure): "the call to \(key) (\(url)) failed because \(failure)"
        case .cancelled(let key): "the call to \(key) was cancelled"
        }
    }

    /// What to try.
    public var advice: String {
        switch self {
        case .invalidURL(let key): "correct \(key) in /deploy/vars"
        case .authorities: "put PEM certificates there, or remove the file"
        case .leaveAlone: "arm the machine in the controller if it is to be provisioned again"
        case .answered(_, _, let status, _):
            switch status {
            case 401, 403: "check TOKEN: it may be of an earlier run"
            case 404: "check the URL, and that the controller knows this machine"
            case 300...399: "use the URL that the controller redirects to; redirects are not followed"
            default: "look at the controller's log"
            }
        case .unreachable(_, _, let failure): failure.advice
        case .cancelled: ""
        }
    }
}
