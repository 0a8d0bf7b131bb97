import Diagnostics
import NetworkTypes

/// An absolute http or https URL (RFC 3986, RFC 9110 4.2) without a fragment.
///
/// User information and query values may be secrets: the description masks them, only `text` holds them.
public struct HTTPURL: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The two schemes.
    public enum Scheme: String, Sendable {
        /// Readable by everyone on the way.
        case http
        /// TLS.
        case https

        /// The port when none is written.
        public var defaultPort: UInt16 { self == .http ? 80 : 443 }
    }

    /// The URL as it was written, with all its secrets. For the connection only.
    public let text: String
    /// Scheme, host and port.
    public let origin: Origin
    /// The path as written, percent-encoded; `/` when none is written.
    public let path: String
    /// The query as written, without its question mark.
    public let query: Secret<String>?
    /// What stands before an `@`, percent-encoded.
    public let userInformation: Secret<String>?

    /// http or https.
    public var scheme: Scheme { origin.scheme }
    /// The host in lower case; IPv6 addresses without brackets.
    public var host: String { origin.host }
    /// The TCP port.
    public var port: UInt16 { origin.port }

    /// Whether what is sent there never leaves the machine: 127.0.0.0/8, ::1, localhost.
    public var isLoopback: Bool {
        host == "localhost" || IPv4Address(host)?.isLoopback == true || IPv6Address(host)?.isLoopback == true
    }

    /// Whether nobody on the network can read what is sent there.
    public var isPrivateTransport: Bool { scheme == .https || isLoopback }

    /// The URL without its secrets.
    public var description: String { maskedURL(text) }
    /// The URL without its secrets.
    public var debugDescription: String { description }
    /// Shows the masked form only.
    public var customMirror: Mirror { Mirror(self, children: ["url": description]) }

    /// Two URLs are equal when they are written alike.
    public static func == (left: Self, right: Self) -> Bool { left.text == right.text }
    /// Hashes the text.
    public func hash(into hasher: inout Hasher) { hasher.combine(text) }

    /// Reads a URL; `nil` for anything that is not exactly one.
    public init?(_ text: String) {
        guard Self.hasOnlyURLCharacters(text), let mark = text.firstRange(of: "://"),
            let scheme = Scheme(rawValue: text[..<mark.lowerBound].lowercased())
        else { return nil }
        let rest = text[mark.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let afterAuthority = rest[authority.endIndex...]
        let pathText = afterAuthority.prefix { $0 != "?" }
        var hostAndPort = authority
        if let at = authority.lastIndex(of: "@") {
            guard !authority[..<at].contains("@") else { return nil }
            userInformation = Secret(String(authority[..<at]))
            hostAndPort = authority[authority.index(after: at)...]
        } else {
            userInformation = nil
        }
        guard let (host, port) = Self.split(hostAndPort) else { return nil }
        self.text = text
        origin = Origin(scheme: scheme, host: host, port: port ?? scheme.defaultPort)
        path = pathText.isEmpty ? "/" : String(pathText)
        query = afterAuthority.contains("?") ? Secret(String(afterAuthority[pathText.endIndex...].dropFirst())) : nil
    }

    /// Characters of RFC 3986 without `#`, and every percent sign followed by two hexadecimal digits.
    private static func hasOnlyURLCharacters(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        let allowed = Array("-._~:/?[]@!$&'()*+,;=%".utf8)
        for (index, byte) in bytes.enumerated() {
            guard isASCIIAlphanumeric(byte) || allowed.contains(byte) else { return false }
            if byte == UInt8(ascii: "%") {
                let digits = bytes[(index + 1)...].prefix(2)
                guard digits.count == 2, digits.allSatisfy(isHexDigit) else { return false }
            }
        }
        return true
    }

    private static func split(_ text: Substring) -> (host: String, port: UInt16?)? {
        let host: String
        let portText: Substring
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]"), let address = IPv6Address(text[..<end].dropFirst()) else {
                return nil
            }
            host = address.description
            portText = text[text.index(after: end)...]
        } else {
            let name = text.prefix { $0 != ":" }
            guard let valid = hostName(name) else { return nil }
            host = valid
            portText = text[name.endIndex...]
        }
        guard portText.isEmpty == false else { return (host, nil) }
        let digits = portText.dropFirst()
        guard portText.first == ":", (1...5).contains(digits.count), digits.utf8.allSatisfy(isDigit),
            let port = UInt16(digits), port > 0
        else { return nil }
        return (host, port)
    }

    /// A DNS name or an IPv4 address in lower case. A name whose last label looks like a number would be read as an
    /// address by some resolvers (`127.1`, `0x7f000001`), so it must be an address in full.
    private static func hostName(_ text: Substring) -> String? {
        let name = text.lowercased()
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard !name.isEmpty, name.utf8.count <= 253, let last = labels.last(where: { !$0.isEmpty }) else { return nil }
        for (index, label) in labels.enumerated() {
            // One final dot is allowed: it marks a full name.
            if label.isEmpty, index == labels.count - 1, index > 0 { continue }
            guard (1...63).contains(label.utf8.count),
                label.utf8.allSatisfy({ isASCIIAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") })
            else { return nil }
        }
        let looksNumeric = last.utf8.allSatisfy(isDigit) || last.hasPrefix("0x")
        return looksNumeric && IPv4Address(name) == nil ? nil : name
    }
}
