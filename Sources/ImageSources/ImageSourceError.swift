import Diagnostics
import TLSDiagnosis

/// Why an image cannot be read. URLs in it are masked; offsets count the bytes as served.
public enum ImageSourceError: ExplainedError, Equatable {
    /// Not a location that images can be read from.
    case invalidLocation(String, reason: String)
    /// The server could not be reached.
    case unreachable(String, reason: String)
    /// The proxy on the way to a server does not lead there; `key` is the setting that names it.
    case proxy(String, key: String, target: String, reason: String)
    /// The server's certificate is refused.
    case certificate(String, CertificateFault)
    /// The server answered with another status than asked for.
    case status(String, code: Int, phrase: String)
    /// A redirect that is not followed.
    case redirect(String, reason: String)
    /// What a reference in a registry holds is no disk image.
    case noDiskImage(String, holds: String)
    /// A registry lets nobody in with what is known of passwords.
    case registryAccess(String, reason: String)
    /// A manifest or a layer from a registry is not what its digest, or its manifest, says.
    case damaged(String, part: String, digest: String, wanted: String)
    /// No byte came for so many seconds.
    case stalled(String, offset: UInt64, seconds: Int)
    /// The connection was lost in the middle, and reading on from there did not work.
    case interrupted(String, offset: UInt64, length: UInt64?, reason: String)
    /// The image on the server is not the one whose start was read.
    case changed(String, offset: UInt64)
    /// What a mirror has is not what was read from another one up to this offset.
    case differs(String, from: String, offset: UInt64)
    /// Only the whole image can be had, from its start.
    case noParts(String, reason: String)
    /// No mirror could be reached; one sentence for each.
    case noMirror([String])
    /// The stream was cancelled.
    case cancelled

    /// One sentence without a final full stop.
    public var description: String {
        switch self {
        case .invalidLocation(let location, let reason): "\(location) is no location of an image: \(reason)"
        case .unreachable(let url, let reason): "cannot reach \(url): \(reason)"
        case .proxy(let proxy, _, let url, let reason): "cannot reach \(url) through the proxy \(proxy): \(reason)"
        case .certificate(let url, let fault): "cannot reach \(url): \(fault)"
        case .status(let url, let code, let phrase):
            "the server refuses \(url): \(code)\(phrase.isEmpty ? "" : " ")\(escapedText(phrase, longest: 300))"
        case .redirect(let url, let reason): "cannot follow the redirect from \(url): \(reason)"
        case .noDiskImage(let name, let holds):
            "\(name) holds \(holds), not one layer with a disk image for this machine"
        case .registryAccess(let name, let reason): "\(name) cannot be read: \(reason)"
        case .damaged(let name, let part, let digest, let wanted):
            "the \(part) of \(name) is not the right one: it is \(digest), not \(wanted)"
        case .stalled(let url, let offset, let seconds):
            "the download of \(url) stalled: no byte came for \(seconds) s at offset \(offset)"
        case .interrupted(let url, let offset, let length, let reason):
            "the download of \(url) broke off at offset \(offset)\(length.map { " of \($0)" } ?? ""): \(reason)"
        case .changed(let url, let offset):
            "\(url) changed on the server while it was read, noticed at offset \(offset)"
        case .differs(let url, let other, let offset):
            "\(url) is another image than \(other), of which \(offset) bytes were read"
        case .noParts(let url, let reason): "no part of \(url) can be had by itself: \(reason)"
        case .noMirror(let reasons): "no mirror of the image works: \(reasons.joined(separator: "; "))"
        case .cancelled: "the download was cancelled"
        }
    }

    /// What to try.
    public var advice: String {
        switch self {
        case .invalidLocation: "give an http, https or oci URL, or a path"
        case .unreachable, .noMirror: "check the URL, name resolution, the route to the server and that it runs"
        case .proxy(_, let key, _, _):
            "check \(key) and that the proxy runs, or name the server in NO_PROXY if there is a direct way to it"
        case .certificate(_, let fault): fault.advice
        case .noDiskImage: "push the disk image as the only layer, for example by oras push REFERENCE disk.raw.zst"
        case .registryAccess:
            "put the registry's user and password into /deploy/registry-auth.json (martlet write: ~/.docker/config.json) "
                + "in the form of docker's config.json"
        case .damaged: "push the image again, or look for what changes it between the registry and this machine"
        case .status(let url, 401...404, _) where url.hasPrefix("oci://"):
            "check the reference, and that the registry's user may pull it"
        case .status(_, let code, _):
            switch code {
            case 401, 403, 407: "give credentials in the URL or in IMAGE_HEADERS"
            case 404, 410: "check the path in the URL"
            case 429, 500...599: "look into the server's log, or try again later"
            default: "check the URL with curl -I"
            }
        case .redirect: "give the URL that the redirect leads to"
        case .stalled, .interrupted: "check the network between this machine and the server, then retry"
        case .changed: "retry once the image on the server no longer changes"
        case .differs: "put the same file on all mirrors, or give a checksum, by which the right one is known"
        case .noParts: "serve the image by a server that answers Range requests and sends an ETag"
        case .cancelled: ""
        }
    }
}
