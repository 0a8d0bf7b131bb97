import NetworkTypes

/// The servers that are reached without a proxy, as `NO_PROXY` lists them for curl(1).
///
/// Each entry is a host or a domain, which stands for all below it, with or without a dot before it; an address; a network
/// in CIDR notation; or `*` for everything. Behind a colon it may name the one port that it is for.
public struct ProxyExceptions: Sendable, Equatable {
    private enum Place: Sendable, Equatable {
        case everything
        case domain(String)
        case network(IPPrefix)
    }

    private struct Entry: Sendable, Equatable {
        let place: Place
        let port: Int?
    }

    private let entries: [Entry]

    /// Reads entries; what is none of the above matches nothing.
    public init(_ entries: [String]) {
        self.entries = entries.compactMap(Self.entry)
    }

    /// Reads a list, its entries separated by commas or blanks.
    public init(_ list: String) {
        self.init(list.split { ", \t".contains($0) }.map(String.init))
    }

    /// Whether a server is reached without a proxy. This machine itself always is.
    ///
    /// - Parameter host: in any case; an IPv6 address with or without brackets.
    public func contain(host: String, port: Int) -> Bool {
        let name = Self.plain(host)
        let address = IPAddress(name)?.unmapped
        if name == "localhost" || address?.isLoopback == true { return true }
        return entries.contains { entry in
            guard entry.port ?? port == port else { return false }
            switch entry.place {
            case .everything: return true
            case .domain(let domain): return address == nil && (name == domain || name.hasSuffix(".\(domain)"))
            case .network(let network): return address.map { network.contains($0) } ?? false
            }
        }
    }

    private static func entry(_ text: String) -> Entry? {
        if text == "*" { return Entry(place: .everything, port: nil) }
        // Behind a bracket the colon is that of a port, else it may be one of an IPv6 address.
        if !text.contains("]:"), let place = place(text) { return Entry(place: place, port: nil) }
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            let place = place(String(text[..<colon]))
        else { return nil }
        return Entry(place: place, port: port)
    }

    private static func place(_ text: String) -> Place? {
        let name = plain(text)
        if let network = IPPrefix(name) { return .network(network) }
        if let address = IPAddress(name)?.unmapped {
            return IPPrefix(address: address, length: UInt8(address.octets.count * 8)).map { .network($0) }
        }
        let domain = name.hasPrefix(".") ? String(name.dropFirst()) : name
        guard !domain.isEmpty, !domain.contains(where: { ":/*".contains($0) }) else { return nil }
        return .domain(domain)
    }

    /// In lower case, without brackets and the final dot of a full name.
    private static func plain(_ host: String) -> String {
        let name = host.lowercased().filter { !"[]".contains($0) }
        return name.hasSuffix(".") ? String(name.dropLast()) : name
    }
}
