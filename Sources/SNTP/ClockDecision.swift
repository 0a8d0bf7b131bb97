import LinuxSystem

/// What is to be done with the clock: decided from values alone, done by `SystemClock`.
public struct ClockDecision: Equatable, Sendable, CustomStringConvertible {
    /// What to do.
    public enum Action: Equatable, Sendable {
        /// Nothing.
        case leave
        /// The clock is impossibly early and nobody knows the time: set it to the earliest time that can be true.
        case raise(to: UnixTime)
        /// Move it by what a server says.
        case step(by: Duration)
    }

    /// Below this a clock is right: certificates, logs and file times need no better, and a step disturbs whoever
    /// measures with it. The step threshold of RFC 5905 11.3.
    public static let tolerance: Duration = .milliseconds(128)

    /// What to do.
    public let action: Action
    /// What is done and why, for a console: one sentence without a final full stop.
    public let description: String

    /// Decides.
    ///
    /// - Parameters:
    ///   - now: what the clock says.
    ///   - earliest: the earliest time that can be true: the release of this program.
    ///   - offset: what a time server says, when one was asked and told something.
    public init(now: UnixTime, earliest: UnixTime, offset: ClockOffset?) {
        if let offset, now + offset.offset >= earliest {
            let size = offset.offset.spoken
            guard offset.offset < .zero - Self.tolerance || offset.offset > Self.tolerance else {
                action = .leave
                description = "the clock is right to \(size) by \(offset.server)"
                return
            }
            action = .step(by: offset.offset)
            let direction = offset.offset < .zero ? "ahead" : "behind"
            description = "the clock was \(size) \(direction): set to \(now + offset.offset) by \(offset.server)"
        } else if now < earliest {
            action = .raise(to: earliest)
            description =
                "the clock said \(now), which is before this program was released: set to \(earliest), until a time "
                + "server is heard"
        } else {
            action = .leave
            description = "the clock says \(now); no time server has confirmed it"
        }
    }
}
