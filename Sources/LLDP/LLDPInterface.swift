import NetworkTypes

/// A NIC to listen on.
public struct LLDPInterface: Hashable, Sendable {
    /// The kernel's number for its link.
    public let index: Int32
    /// Its link's name, such as `eth0`.
    public let name: String
    /// Its own MAC address: frames from it, which some firmware sends, are nobody else's.
    public let mac: MACAddress

    /// A NIC.
    public init(index: Int32, name: String, mac: MACAddress) {
        self.index = index
        self.name = name
        self.mac = mac
    }
}
