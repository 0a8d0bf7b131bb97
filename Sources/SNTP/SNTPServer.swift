/// A time server to ask.
public struct SNTPServer: Hashable, Sendable, CustomStringConvertible {
    /// Its host name, or its address of either protocol.
    public let host: String
    /// Its UDP port; 123 unless something else is said.
    public let port: UInt16

    /// A server.
    public init(host: String, port: UInt16 = 123) {
        self.host = host
        self.port = port
    }

    /// A host name or an address, with or without a port: `ntp.example`, `192.0.2.1:11123`, `2001:db8::1`,
    /// `[2001:db8::1]:11123`; `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        let text = Substring(text)
        let (host, port): (Substring, Substring?)
        if text.hasPrefix("[") {
            let parts = text.dropFirst().split(separator: "]", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, parts[1].isEmpty || parts[1].hasPrefix(":") else { return nil }
            (host, port) = (parts[0], parts[1].isEmpty ? nil : parts[1].dropFirst())
        } else {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            // Several colons make an IPv6 address.
            (host, port) = parts.count == 2 ? (parts[0], parts[1]) : (text, nil)
        }
        // The longest name that DNS has (RFC 1035 2.3.4), and the letters of names, addresses and zones.
        guard (1...253).contains(host.utf8.count), host.utf8.first != 0x2d,
            host.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "._-:%".contains($0)) })
        else { return nil }
        self.host = String(host)
        guard let port else {
            self.port = 123
            return
        }
        guard let number = UInt16(port), number > 0, port.first != "+" else { return nil }
        self.port = number
    }

    /// The host, and the port where it is not the usual one.
    public var description: String {
        port == 123 ? host : host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
