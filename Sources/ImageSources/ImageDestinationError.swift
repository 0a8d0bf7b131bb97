import Diagnostics
import TLSDiagnosis

/// Why an image cannot be uploaded. URLs in it are masked; offsets count the bytes as sent.
public enum ImageDestinationError: ExplainedError, Equatable {
    /// The server could not be reached.
    case unreachable(String, reason: String)
    /// The server's certificate is refused.
    case certificate(String, CertificateFault)
    /// The server answered that it does not take the image. `text` is what it said, made fit to print.
    case refused(String, code: Int, phrase: String, text: String)
    /// The server took no byte, or did not answer, for so many seconds.
    case stalled(String, offset: UInt64, seconds: Int)
    /// The connection was lost in the middle.
    case interrupted(String, offset: UInt64, reason: String)
    /// The server does not know PUT: it is to be tried with a form.
    case wantsForm(String, code: Int)
    /// The upload was cancelled.
    case cancelled

    /// Whether a further try, from the start, may do better.
    public var mayPassSoon: Bool {
        switch self {
        case .unreachable, .stalled, .interrupted, .wantsForm: true
        case .refused(_, let code, _, _): code >= 500 || code == 408 || code == 425 || code == 429
        case .certificate, .cancelled: false
        }
    }

    /// One sentence without a final full stop.
    public var description: String {
        switch self {
        case .unreachable(let url, let reason): "cannot reach \(url): \(reason)"
        case .certificate(let url, let fault): "cannot reach \(url): \(fault)"
        case .refused(let url, let code, let phrase, let text):
            "the server refuses the upload to \(url): \(code)\(phrase.isEmpty ? "" : " ")\(escapedText(phrase))"
                + (text.isEmpty ? "" : ", \(text)")
        case .stalled(let url, let offset, let seconds):
            "the upload to \(url) stalled: the server did nothing for \(seconds) s at offset \(offset)"
        case .interrupted(let url, let offset, let reason):
            "the upload to \(url) broke off at offset \(offset): \(reason)"
        case .wantsForm(let url, let code): "the server does not take a PUT of \(url) (\(code))"
        case .cancelled: "the upload was cancelled"
        }
    }

    /// What to try.
    public var advice: String {
        switch self {
        case .unreachable: "check the URL, name resolution, the route to the server and that it runs"
        case .certificate(_, let fault): fault.advice
        case .refused(_, let code, _, _):
            switch code {
            case 300..<400: "give the URL that the redirect leads to"
            case 401, 403, 407: "give credentials in the URL, and check that the server allows uploads"
            case 404, 409: "check the path in the URL, and that its folder exists on the server"
            case 413, 507: "raise the server's limit for uploads, or give it more room"
            default: "look into the server's log"
            }
        case .stalled, .interrupted: "check the network between this machine and the server, then retry"
        case .wantsForm: "name a URL that takes PUT or a form with POST"
        case .cancelled: ""
        }
    }
}
