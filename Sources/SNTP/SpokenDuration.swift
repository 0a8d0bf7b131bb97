extension Duration {
    /// The duration without its sign, as a sentence has it: `12 ms`, `3.2 s`, `2 h 5 min`, `20513 d 4 h`.
    var spoken: String {
        // Longer ones, which no clock could be off by, would not fit the number of seconds.
        let (seconds, attoseconds) = min(self < .zero ? .zero - self : self, .seconds(1 << 50)).components
        let units: [(Int64, String)] = [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")]
        guard let first = units.firstIndex(where: { $0.0 <= seconds }) else {
            return "\(attoseconds / 1_000_000_000_000_000) ms"
        }
        guard first < 3 else {
            let tenths = attoseconds / 100_000_000_000_000_000
            return tenths == 0 ? "\(seconds) s" : "\(seconds).\(tenths) s"
        }
        let (whole, part) = (units[first], units[first + 1])
        let rest = seconds % whole.0 / part.0
        return "\(seconds / whole.0) \(whole.1)" + (rest == 0 ? "" : " \(rest) \(part.1)")
    }
}
