import Pipeline
import ProvisioningAPI
import Synchronization

/// One line a step on the console: `[ 3/15] network … done 1.2s`, with progress in place while it runs.
public final class StepLines: PlanObserver {
    private let console: ConsoleWriter
    private let lastUpdate = Mutex<ContinuousClock.Instant?>(nil)

    /// Step lines on a console.
    public init(console: ConsoleWriter) {
        self.console = console
    }

    /// Opens the step's line.
    public func stepStarted(_ step: StepName, number: Int, count: Int) {
        lastUpdate.withLock { $0 = nil }
        console.update(head(step, number, count))
    }

    /// Shows progress in place, at most once a second: a slow console must not slow the work.
    public func stepProgressed(_ step: StepName, number: Int, count: Int, percent: Int?, message: String) {
        let now = ContinuousClock.now
        let due = lastUpdate.withLock { last in
            if let last, now - last < .seconds(1) { return false }
            last = now
            return true
        }
        guard due else { return }
        let share = percent.map { "\($0) % " } ?? ""
        console.update("\(head(step, number, count)) \(share)\(message)")
    }

    /// Says on a line of its own that a step still waits for something.
    public func stepIsSilent(_ step: StepName, number: Int, count: Int, seconds duration: Double, silence: Double) {
        console.say("  \(step): still at it after \(Int(duration)) s, with no progress for \(Int(silence)) s")
    }

    /// Says on a line of its own why a step is tried again.
    public func stepWillRetry(_ step: StepName, number: Int, count: Int, cause: String, pause: Double) {
        console.say("  \(step): \(cause); trying again in \(seconds(pause))")
    }

    /// Ends the step's line.
    public func stepFinished(_ step: StepName, number: Int, count: Int, seconds duration: Double, retries: Int) {
        let again = retries == 0 ? "" : " after \(retries + 1) tries"
        console.finish("\(head(step, number, count)) done \(seconds(duration))\(again)")
    }

    /// Ends the step's line; the failure block says the rest.
    public func stepFailed(_ failure: StepFailure, number: Int, count: Int, seconds duration: Double, retries: Int) {
        console.finish("\(head(failure.step, number, count)) failed after \(seconds(duration))")
    }

    private func head(_ step: StepName, _ number: Int, _ count: Int) -> String {
        "[\(padded(number, as: count))/\(count)] \(step) …"
    }
}

/// A duration with one decimal place, such as `1.2s`.
func seconds(_ duration: Double) -> String {
    let tenths = Int((max(duration, 0) * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)s"
}
