/// How long a client waits for an answer before it sends its message again (RFC 2131 4.1).
struct RetransmissionDelay {
    /// The RFC begins with 4 s. A machine that waits for its network to boot gains seconds by asking sooner at first:
    /// right after a link comes up the first packet, or the answer to it, is often lost because the other end does not
    /// send yet. Four more small packets are no burden; after them the RFC's own delays follow.
    private static let seconds: [Double] = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64]

    /// The delay after the `attempt`th sending, counted from 0, chosen at random: ±1 s, less for the short ones.
    static func after(attempt: Int, using random: inout any RandomNumberGenerator) -> Duration {
        let base = attempt < seconds.count ? seconds[max(attempt, 0)] : 64
        let spread = base < 4 ? base / 8 : 1
        return .seconds(base + Double.random(in: -spread...spread, using: &random))
    }
}
