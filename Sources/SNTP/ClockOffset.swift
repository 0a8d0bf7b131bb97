/// How far this machine's clock is off, according to one time server.
public struct ClockOffset: Hashable, Sendable {
    /// The server as it was asked for, and its address.
    public let server: String
    /// What must be added to this machine's clock.
    public let offset: Duration
    /// The time that question and answer took on their way; the offset is uncertain by half of it.
    public let delay: Duration
    /// How many servers away from a reference clock: 1 to 15.
    public let stratum: UInt8

    /// An offset.
    public init(server: String, offset: Duration, delay: Duration, stratum: UInt8 = 1) {
        self.server = server
        self.offset = offset
        self.delay = delay
        self.stratum = stratum
    }

    /// The one in the middle of several; of the two in the middle, that with the shorter way. A single server that is
    /// wrong cannot have its way against two that are right.
    static func median(of offsets: [ClockOffset]) -> ClockOffset? {
        let sorted = offsets.sorted { $0.offset < $1.offset }
        let middle = sorted.dropFirst((sorted.count - 1) / 2).prefix(sorted.count % 2 == 0 ? 2 : 1)
        return middle.min { $0.delay < $1.delay }
    }
}
