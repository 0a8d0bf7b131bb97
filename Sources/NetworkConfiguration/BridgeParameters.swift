/// How a bridge works. What is `nil` is as the kernel has it.
public struct BridgeParameters: Equatable, Sendable {
    /// Whether it takes part in the spanning tree protocol (IEEE 802.1D).
    public var usesSpanningTree: Bool?
    /// Seconds in the listening and again in the learning state, in which nothing is forwarded.
    public var forwardDelaySeconds: UInt32?
    /// Seconds between two hello messages.
    public var helloSeconds: UInt32?
    /// Seconds until a neighbour that is silent no longer counts.
    public var maximumAgeSeconds: UInt32?
    /// Seconds until a MAC address is forgotten.
    public var ageingSeconds: UInt32?
    /// Its priority in the choice of the root.
    public var priority: UInt16?

    /// As the kernel has it.
    public init() {}
}
