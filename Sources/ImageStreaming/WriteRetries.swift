import LinuxSystem

/// Counts the writes to one disk that were tried once more, and says so. Thread-safe.
final class WriteRetries: Sendable {
    /// A dying disk has thousands of them, and nobody reads them all.
    private static let saidAtMost = 10

    private let total = Monitor(0)
    private let notice: @Sendable (String) -> Void

    /// - Parameter notice: told of each in a sentence.
    init(notice: @escaping @Sendable (String) -> Void = { _ in }) {
        self.notice = notice
    }

    /// Writes that were tried once more so far.
    var count: Int { total.update { $0 } }

    /// Notes a write that is tried once more.
    func add(_ failure: ImageWriteError) {
        let number = total.update { total in
            total += 1
            return total
        }
        guard number <= Self.saidAtMost else { return }
        notice(
            "\(failure); trying it once more in smaller pieces"
                + (number == Self.saidAtMost ? ", further ones are only counted" : ""))
    }
}
