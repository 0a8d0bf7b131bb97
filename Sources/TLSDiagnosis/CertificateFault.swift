import Diagnostics
import LinuxSystem

/// Why a server's certificate is refused. Texts from the certificate are as it has them: nobody vouches for them.
public enum CertificateFault: Hashable, Sendable, CustomStringConvertible {
    /// By this machine's clock its time is yet to come. `authority` is the name of the authority whose certificate it
    /// is; `nil` means the server's own.
    case notYetValid(authority: String?, from: UnixTime, now: UnixTime)
    /// By this machine's clock its time is over.
    case expired(authority: String?, at: UnixTime, now: UnixTime)
    /// Neither the one who signed it nor anybody above is trusted.
    case untrustedAuthority(issuer: String)
    /// A trusted authority has the name of the one who signed it, and yet it does not verify.
    case unverifiable(issuer: String)
    /// It is for these names, of which none is the one in the URL; none at all when they could not be learnt.
    case anotherName([String])
    /// It is refused, and a second look at it was not to be had.
    case unexplained

    /// Half a sentence that follows "because", or a colon.
    public var description: String {
        switch self {
        case .notYetValid(let authority, let start, let now):
            let (start, now) = Self.distinguishable(start, now)
            return "\(Self.certificate(of: authority)) is valid from \(start) but this machine's clock says \(now)"
        case .expired(let authority, let end, let now):
            let (end, now) = Self.distinguishable(end, now)
            return "\(Self.certificate(of: authority)) expired on \(end) (this machine's clock says \(now))"
        case .untrustedAuthority(let issuer):
            return "its certificate is signed by an authority that is not trusted (issuer \(issuer))"
        case .unverifiable(let issuer):
            return "its certificate cannot be verified, although an authority with its issuer's name is trusted "
                + "(issuer \(issuer))"
        case .anotherName(let names):
            return "its certificate is for another name" + (names.isEmpty ? "" : " (it is for \(Self.list(names)))")
        case .unexplained: return "its certificate is not trusted"
        }
    }

    /// What to try.
    public var advice: String {
        switch self {
        case .notYetValid: "set the clock (NTP_SERVERS, DHCP option 42, or the BIOS)"
        case .expired: "renew it, or set the clock if that is wrong (NTP_SERVERS, DHCP option 42, or the BIOS)"
        case .untrustedAuthority:
            "add it to /deploy/ca.pem, or let the server send the certificates between its own and a trusted one"
        case .unverifiable: "put the authority's present certificate into /deploy/ca.pem"
        case .anotherName: "use a name that is in the certificate"
        case .unexplained: "add the authority to /deploy/ca.pem, and check this machine's clock"
        }
    }

    private static func certificate(of authority: String?) -> String {
        authority.map { "the certificate of its authority \($0)" } ?? "its certificate"
    }

    /// The days alone, unless they are the same.
    private static func distinguishable(_ one: UnixTime, _ other: UnixTime) -> (String, String) {
        one.date == other.date ? (one.description, other.description) : (one.date, other.date)
    }

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(4).map { quotedText($0) }.joined(separator: ", ")
        return names.count > 4 ? "\(shown) and \(names.count - 4) more" : shown
    }
}
