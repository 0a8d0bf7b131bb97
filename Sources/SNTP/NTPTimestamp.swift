import LinuxSystem

/// An NTP timestamp: 32 bits of seconds and 32 bits of their fraction (RFC 5905 6). The seconds count from 1900 and begin
/// anew every 136 years, on 2036-02-07 for the first time; the number of these eras is not sent.
struct NTPTimestamp: Hashable {
    let rawValue: UInt64

    /// Seconds from 1900-01-01 to 1970-01-01.
    private static let secondsTo1970: Int64 = 2_208_988_800

    init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// An instant, whatever its era, rounded down.
    init(_ time: UnixTime) {
        var (seconds, attoseconds) = time.sinceEpoch.components
        if attoseconds < 0 {
            seconds -= 1
            attoseconds += 1_000_000_000_000_000_000
        }
        let fraction = (UInt64(attoseconds / 1_000_000_000) << 32) / 1_000_000_000
        rawValue = UInt64(UInt32(truncatingIfNeeded: seconds + Self.secondsTo1970)) << 32 | fraction
    }

    /// All bits zero: the sender does not know.
    var isUnknown: Bool { rawValue == 0 }

    /// The instant, of all eras, in the 136 years that begin with `start`.
    func time(from start: UnixTime) -> UnixTime {
        let first = start.sinceEpoch.components.seconds
        let seconds = Int64(rawValue >> 32) - Self.secondsTo1970
        let later = UInt32(truncatingIfNeeded: seconds - first)
        let nanoseconds = ((rawValue & 0xffff_ffff) * 1_000_000_000) >> 32
        return UnixTime(sinceEpoch: .seconds(first) + .seconds(Int64(later)) + .nanoseconds(Int64(nanoseconds)))
    }
}
