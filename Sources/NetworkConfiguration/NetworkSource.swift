/// Where a network was asked for.
public enum NetworkSource: Equatable, Sendable, CustomStringConvertible {
    /// By STATIC_*, BOND_* or VLANS.
    case vars
    /// By a Netplan file; its path.
    case netplan(String)
    /// By `ip=`, `bond=`, `vlan=` on the kernel command line.
    case kernelArguments
    /// Nowhere.
    case automatic

    /// The source in words.
    public var description: String {
        switch self {
        case .vars: "the vars"
        case .netplan(let path): path
        case .kernelArguments: "the kernel command line"
        case .automatic: "no configuration: DHCP on every NIC"
        }
    }
}
