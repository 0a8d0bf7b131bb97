/// One message that is sent again until it is answered (RFC 8415 15).
struct Exchange {
    /// How long a client waits before it sends again, and how often it does. Times of RFC 8415 7.6.
    struct Pace {
        let first: Duration
        var longest: Duration
        let attempts: Int?

        init(first: Duration, longest: Duration, attempts: Int? = nil) {
            self.first = first
            self.longest = longest
            self.attempts = attempts
        }

        /// SOLICIT. The RFC lets the pauses grow to an hour: a machine that waits for its network to boot asks at
        /// least twice a minute, unless a server sets the limit.
        static let solicit = Pace(first: .seconds(1), longest: .seconds(30))
        /// REQUEST. The RFC asks ten times, in three minutes; after five, 31 s, another server may do better.
        static let request = Pace(first: .seconds(1), longest: .seconds(30), attempts: 5)
        /// CONFIRM. Ends by time.
        static let confirm = Pace(first: .seconds(1), longest: .seconds(4))
        /// RENEW and REBIND. End by time.
        static let renew = Pace(first: .seconds(10), longest: .seconds(600))
        /// DECLINE.
        static let decline = Pace(first: .seconds(1), longest: .seconds(30), attempts: 4)
        /// INFORMATION-REQUEST; see SOLICIT.
        static let information = Pace(first: .seconds(1), longest: .seconds(30))
    }

    let kind: DHCPv6Message.Kind
    let transactionID: UInt32
    let begun: ContinuousClock.Instant
    /// How often the message was sent.
    private(set) var sent = 0
    /// When it was sent last.
    private(set) var lastSent: ContinuousClock.Instant
    /// When it is to be sent again.
    private(set) var due: ContinuousClock.Instant
    private let pace: Pace
    private var timeout = Duration.zero

    /// An exchange whose message was not sent yet.
    init(
        _ kind: DHCPv6Message.Kind, _ pace: Pace, at now: ContinuousClock.Instant,
        using random: inout any RandomNumberGenerator
    ) {
        self.kind = kind
        self.pace = pace
        transactionID = .random(in: 0...0xff_ffff, using: &random)
        (begun, lastSent, due) = (now, now, now)
    }

    /// Sent as often as it may be.
    var isExhausted: Bool { pace.attempts.map { sent >= $0 } ?? false }

    /// Notes that the message is sent now, and when it is to be sent again: double the time, a tenth more or less.
    mutating func send(at now: ContinuousClock.Instant, using random: inout any RandomNumberGenerator) {
        // The first pause of a SOLICIT is never less than a second: answers are collected for so long.
        let lowest = kind == .solicit && sent == 0 ? 0.0 : -0.1
        let factor = Double.random(in: lowest...0.1, using: &random)
        let next = sent == 0 ? pace.first * (1 + factor) : timeout * (2 + factor)
        timeout = next > pace.longest ? pace.longest * (1 + factor) : next
        sent += 1
        lastSent = now
        due = now + timeout
    }

    /// Hundredths of a second since the exchange began (RFC 8415 21.9).
    var elapsed: UInt16 {
        let time = begun.duration(to: lastSent).components
        return UInt16(clamping: time.seconds * 100 + time.attoseconds / 10_000_000_000_000_000)
    }
}
