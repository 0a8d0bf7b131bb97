import FoundationEssentials

/// Reads the `Retry-After` header (RFC 9110 10.2.3).
enum RetryAfter {
    /// The pause it asks for: delay-seconds, or an HTTP date in its preferred form; `nil` for anything else.
    static func duration(_ value: String, now: Date) -> Duration? {
        let text = value.filter { !$0.isWhitespace || $0 == " " }
        if let seconds = UInt32(text.filter { $0 != " " }) { return .seconds(Int64(seconds)) }
        guard let date = date(text) else { return nil }
        return .seconds(max(date.timeIntervalSince(now), 0))
    }

    /// IMF-fixdate: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 5.6.7).
    static func date(_ text: String) -> Date? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let day = Int(parts[1]),
            let month = months.firstIndex(of: String(parts[2])), let year = Int(parts[3])
        else { return nil }
        let clock = parts[4].split(separator: ":").compactMap { Int($0) }
        guard clock.count == 3 else { return nil }
        var calendar = Calendar(identifier: .gregorian)
        guard let utc = TimeZone(secondsFromGMT: 0) else { return nil }
        calendar.timeZone = utc
        return calendar.date(
            from: DateComponents(
                year: year, month: month + 1, day: day, hour: clock[0], minute: clock[1], second: clock[2]))
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
