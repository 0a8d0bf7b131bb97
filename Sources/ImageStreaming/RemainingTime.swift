/// How long something is likely to go on, as `2:05 left`, with hours where there are some.
///
/// - Parameters:
///   - elapsed: since it began.
///   - percent: how far it is.
/// - Returns: `nil` in the first second and the first hundredth, when nothing can be said, and at the end.
public func remainingTimeText(elapsed: Duration, percent: Int) -> String? {
    guard elapsed >= .seconds(1), (1..<100).contains(percent) else { return nil }
    let seconds = elapsed / .seconds(1) * Double(100 - percent) / Double(percent)
    let all = Int(min(seconds, 359_999).rounded(.up))
    let clock = "\(all / 60 % 60):\(all % 60 < 10 ? "0" : "")\(all % 60)"
    return (all < 3600 ? clock : "\(all / 3600):\(all / 60 % 60 < 10 ? "0" : "")\(clock)") + " left"
}
