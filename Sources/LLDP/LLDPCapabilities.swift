/// What a system is (IEEE 802.1AB 8.5.8, table 8-4).
public struct LLDPCapabilities: OptionSet, Hashable, Sendable {
    /// The bits as they are sent.
    public let rawValue: UInt16

    /// Capabilities from the bits.
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// Something else.
    public static let other = LLDPCapabilities(rawValue: 1 << 0)
    /// A repeater.
    public static let repeater = LLDPCapabilities(rawValue: 1 << 1)
    /// A bridge: what is sold as a switch.
    public static let bridge = LLDPCapabilities(rawValue: 1 << 2)
    /// An access point of a wireless network.
    public static let accessPoint = LLDPCapabilities(rawValue: 1 << 3)
    /// A router.
    public static let router = LLDPCapabilities(rawValue: 1 << 4)
    /// A telephone.
    public static let telephone = LLDPCapabilities(rawValue: 1 << 5)
    /// A DOCSIS cable device.
    public static let cableDevice = LLDPCapabilities(rawValue: 1 << 6)
    /// A station and nothing else, such as a server.
    public static let stationOnly = LLDPCapabilities(rawValue: 1 << 7)
}
