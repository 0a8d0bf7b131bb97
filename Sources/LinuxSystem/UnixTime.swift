import Glibc

/// An instant of the wall clock: the time since 1970-01-01T00:00:00Z without leap seconds (time(7)).
///
/// Instants more than 34,000 years from 1970 become the last one this side of that, so that no sum or difference of two
/// of them leaves what a number holds.
public struct UnixTime: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The time since then; negative before it.
    public let sinceEpoch: Duration

    private static let limit = Duration.seconds(1 << 40)

    /// An instant.
    public init(sinceEpoch: Duration) {
        self.sinceEpoch = min(max(sinceEpoch, .zero - Self.limit), Self.limit)
    }

    /// An instant on a full second.
    public init(seconds: Int64) {
        self.init(sinceEpoch: .seconds(seconds))
    }

    /// An instant from the kernel's form.
    init(_ time: timespec) {
        self.init(sinceEpoch: .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec))
    }

    /// The instant in the kernel's form, rounded down to the nanosecond.
    var timespec: timespec {
        var (seconds, attoseconds) = sinceEpoch.components
        if attoseconds < 0 {
            seconds -= 1
            attoseconds += 1_000_000_000_000_000_000
        }
        return Glibc.timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
    }

    /// Year, month, day and time of day in UTC: gmtime_r(3); `nil` only if that refuses.
    var calendar: tm? {
        var seconds = timespec.tv_sec
        var calendar = tm()
        return gmtime_r(&seconds, &calendar) == nil ? nil : calendar
    }

    /// RFC 3339 text in UTC, without a fraction: `2026-07-01T12:00:00Z`.
    public var description: String {
        guard let calendar else { return "\(sinceEpoch) since 1970" }
        let time = [calendar.tm_hour, calendar.tm_min, calendar.tm_sec].map { Self.padded($0) }
        return "\(date)T\(time.joined(separator: ":"))Z"
    }

    /// The day in UTC: `2026-07-01`.
    public var date: String {
        guard let calendar else { return description }
        return [
            Self.padded(calendar.tm_year + 1900, 4), Self.padded(calendar.tm_mon + 1), Self.padded(calendar.tm_mday),
        ].joined(separator: "-")
    }

    private static func padded(_ number: Int32, _ width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(width - digits.utf8.count, 0)) + digits
    }

    /// Earlier before later.
    public static func < (left: Self, right: Self) -> Bool { left.sinceEpoch < right.sinceEpoch }
    /// A later instant.
    public static func + (time: Self, duration: Duration) -> UnixTime {
        UnixTime(sinceEpoch: time.sinceEpoch + duration)
    }
    /// The time from `right` to `left`.
    public static func - (left: Self, right: Self) -> Duration { left.sinceEpoch - right.sinceEpoch }
}
