import Console
import ImageStreaming
import InitRuntime
import LinuxSystem
import Pipeline
import ProvisioningAPI
import Synchronization

/// Passes what a plan does on to several observers.
struct ObserverGroup: PlanObserver {
    let members: [any PlanObserver]

    func stepStarted(_ step: StepName, number: Int, count: Int) {
        members.forEach { $0.stepStarted(step, number: number, count: count) }
    }

    func stepProgressed(_ step: StepName, number: Int, count: Int, percent: Int?, message: String) {
        members.forEach { $0.stepProgressed(step, number: number, count: count, percent: percent, message: message) }
    }

    func stepIsSilent(_ step: StepName, number: Int, count: Int, seconds: Double, silence: Double) {
        members.forEach {
            $0.stepIsSilent(step, number: number, count: count, seconds: seconds, silence: silence)
        }
    }

    func stepWillRetry(_ step: StepName, number: Int, count: Int, cause: String, pause: Double) {
        members.forEach { $0.stepWillRetry(step, number: number, count: count, cause: cause, pause: pause) }
    }

    func stepFinished(_ step: StepName, number: Int, count: Int, seconds: Double, retries: Int) {
        members.forEach { $0.stepFinished(step, number: number, count: count, seconds: seconds, retries: retries) }
    }

    func stepFailed(_ failure: StepFailure, number: Int, count: Int, seconds: Double, retries: Int) {
        members.forEach { $0.stepFailed(failure, number: number, count: count, seconds: seconds, retries: retries) }
    }
}

/// Sends the controller an event for everything a plan does. Events before the controller is known are kept for it.
final class EventObserver: PlanObserver {
    private let services: Services
    private let early = Mutex<[Event]>([])

    init(services: Services) {
        self.services = services
    }

    private func post(_ event: Event) {
        guard let events = services.controller?.events else { return early.withLock { $0.append(event) } }
        let kept = early.withLock { kept in
            defer { kept = [] }
            return kept
        }
        for event in kept { events.post(event) }
        events.post(event)
    }

    func stepStarted(_ step: StepName, number: Int, count: Int) {
        services.agentLog.note("step \(step) started")
        post(Event(.stepStarted, step: step))
    }

    func stepProgressed(_ step: StepName, number: Int, count: Int, percent: Int?, message: String) {
        post(Event(.progress, step: step, message: message, progress: percent))
    }

    func stepIsSilent(_ step: StepName, number: Int, count: Int, seconds: Double, silence: Double) {
        services.agentLog.note("step \(step) has said nothing for \(Int(silence)) s")
        post(Event(.progress, step: step, message: "no progress for \(Int(silence)) s"))
    }

    func stepWillRetry(_ step: StepName, number: Int, count: Int, cause: String, pause: Double) {
        services.agentLog.note("step \(step) is tried again: \(cause)")
        post(Event(.progress, step: step, message: "trying again: \(cause)"))
    }

    func stepFinished(_ step: StepName, number: Int, count: Int, seconds: Double, retries: Int) {
        services.agentLog.note("step \(step) done")
        post(Event(.stepFinished, step: step, message: "\(Int(seconds * 1000)) ms"))
    }

    func stepFailed(_ failure: StepFailure, number: Int, count: Int, seconds: Double, retries: Int) {
        services.agentLog.note("step \(failure.step) failed: \(failure.cause)")
        post(Event(.stepFailed, step: failure.step, message: services.console.scrub(failure.cause)))
    }
}

/// Keeps the files by which PID 1 and `martlet status` know what the agent is doing.
final class StatusFiles: PlanObserver {
    private let console: ConsoleWriter
    private let lastProgress = Mutex<ContinuousClock.Instant?>(nil)

    init(console: ConsoleWriter) {
        self.console = console
    }

    private func write(_ step: StepName, _ lines: [(String, String)]) {
        try? Files.write("\(step)\n", to: RunFiles.step)
        let text = lines.map { "\($0): \($1)\n" }.joined()
        try? Files.write(text, to: RunFiles.status)
    }

    func stepStarted(_ step: StepName, number: Int, count: Int) {
        write(step, [("state", "running"), ("step", "\(step) (\(number) of \(count))")])
    }

    func stepProgressed(_ step: StepName, number: Int, count: Int, percent: Int?, message: String) {
        let now = ContinuousClock.now
        let isDue = lastProgress.withLock { last in
            if let last, now - last < .seconds(1) { return false }
            last = now
            return true
        }
        guard isDue else { return }
        let share = percent.map { "\($0) % " } ?? ""
        write(step, [("state", "running"), ("step", "\(step) (\(number) of \(count))"), ("progress", share + message)])
    }

    func stepIsSilent(_ step: StepName, number: Int, count: Int, seconds: Double, silence: Double) {}
    func stepWillRetry(_ step: StepName, number: Int, count: Int, cause: String, pause: Double) {}

    func stepFinished(_ step: StepName, number: Int, count: Int, seconds: Double, retries: Int) {
        write(step, [("state", "running"), ("step", "\(step) (\(number) of \(count)) done")])
    }

    func stepFailed(_ failure: StepFailure, number: Int, count: Int, seconds: Double, retries: Int) {
        let cause = console.scrub(failure.cause).replacing("\n", with: "\n  ")
        write(failure.step, [("state", "failed"), ("step", "\(failure.step)"), ("cause", cause)])
    }
}

/// Collects durations and retries for `METRICS_URL`.
final class MetricsObserver: PlanObserver {
    private let steps = Mutex<[RunMetrics.Step]>([])

    /// The report so far.
    func report(of summary: ImageWriteSummary?) -> RunMetrics {
        RunMetrics(
            steps: steps.withLock { $0 }, imageBytes: summary?.imageBytes ?? 0,
            imageSeconds: summary.map { $0.duration / .seconds(1) } ?? 0, imageStageSeconds: summary?.stageSeconds,
            imageResumes: summary?.resumes)
    }

    func stepStarted(_ step: StepName, number: Int, count: Int) {}
    func stepProgressed(_ step: StepName, number: Int, count: Int, percent: Int?, message: String) {}
    func stepIsSilent(_ step: StepName, number: Int, count: Int, seconds: Double, silence: Double) {}
    func stepWillRetry(_ step: StepName, number: Int, count: Int, cause: String, pause: Double) {}

    func stepFinished(_ step: StepName, number: Int, count: Int, seconds: Double, retries: Int) {
        steps.withLock { $0.append(.init(name: step, seconds: seconds, retries: retries)) }
    }

    func stepFailed(_ failure: StepFailure, number: Int, count: Int, seconds: Double, retries: Int) {
        steps.withLock { $0.append(.init(name: failure.step, seconds: seconds, retries: retries)) }
    }
}
