import NetworkTypes

/// A network interface by name or by MAC address.
public enum InterfaceReference: Hashable, Sendable, CustomStringConvertible {
    /// By its name in the agent.
    case name(String)
    /// By its permanent address.
    case mac(MACAddress)

    /// Reads a MAC address with colons or hyphens, or else a name of 1 to 15 visible characters without `/` and `:`.
    public init?(_ text: some StringProtocol) {
        if let mac = MACAddress(text) {
            self = .mac(mac)
            return
        }
        guard (1...15).contains(text.utf8.count), text != ".", text != "..",
            text.utf8.allSatisfy({ (0x21...0x7e).contains($0) && !"/:".utf8.contains($0) })
        else { return nil }
        self = .name(String(text))
    }

    /// The name, or the MAC address.
    public var description: String {
        switch self {
        case .name(let name): name
        case .mac(let mac): mac.description
        }
    }
}
