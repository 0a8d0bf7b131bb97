/// Tells about progress a few times a second.
struct ProgressMeter {
    private let facts: ImageFacts
    private let length: UInt64?
    private let report: @Sendable (ImageProgress) -> Void
    private var last = ContinuousClock.now

    init(_ facts: ImageFacts, length: UInt64?, report: @escaping @Sendable (ImageProgress) -> Void) {
        self.facts = facts
        self.length = length
        self.report = report
    }

    mutating func update(served: UInt64, image: UInt64, isReadingBack: Bool = false) {
        let now = ContinuousClock.now
        guard last.duration(to: now) >= .milliseconds(250) else { return }
        last = now
        report(
            ImageProgress(
                servedBytes: served, servedLength: length, imageBytes: image, declaredSize: facts.declaredSize,
                isReadingBack: isReadingBack))
    }
}
