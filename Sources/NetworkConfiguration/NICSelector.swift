import NetworkTypes

/// Which physical NIC, or NICs, are meant.
public enum NICSelector: Hashable, Sendable, CustomStringConvertible {
    /// All physical Ethernet NICs, those too that appear later.
    case everyPhysicalNIC
    /// The physical NIC that has a carrier first; the one that the machine booted from, when that is known.
    case firstWithCarrier
    /// The NIC of this name: the kernel's, a predictable one, `ethN` for the N-th in PCI order, or a PCI address.
    case name(String)
    /// The NIC with this MAC address.
    case mac(MACAddress)
    /// Every NIC to which all of these apply.
    case matching(NICMatch)

    /// A NIC by what an operator wrote: a MAC address or a name; empty for the first NIC with a carrier.
    public init(_ text: some StringProtocol) {
        if text.isEmpty {
            self = .firstWithCarrier
        } else if let mac = MACAddress(text) {
            self = .mac(mac)
        } else {
            self = .name(String(text))
        }
    }

    /// What is meant, in words.
    public var description: String {
        switch self {
        case .everyPhysicalNIC: "every physical NIC"
        case .firstWithCarrier: "the first NIC with a carrier"
        case .name(let name): "NIC \(name)"
        case .mac(let mac): "the NIC with MAC address \(mac)"
        case .matching(let match): "the NIC with \(match)"
        }
    }
}

/// What a NIC must be like (Netplan's `match`). Each property that is not empty must hold.
public struct NICMatch: Hashable, Sendable, CustomStringConvertible {
    /// Its name, by a pattern of fnmatch(3) such as `enp*`.
    public var name: String?
    /// Its permanent MAC address.
    public var mac: MACAddress?
    /// The names of its driver, by patterns of fnmatch(3); one of them must fit.
    public var drivers: [String] = []

    /// Anything.
    public init() {}

    /// What is asked for, in words.
    public var description: String {
        let parts = [
            name.map { "name \($0)" }, mac.map { "MAC address \($0)" },
            drivers.isEmpty ? nil : "driver \(drivers.joined(separator: " or "))",
        ]
        return parts.compactMap { $0 }.joined(separator: ", ")
    }
}
