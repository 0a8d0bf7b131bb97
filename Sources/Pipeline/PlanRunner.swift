import ProvisioningAPI
import Synchronization

/// Runs plans: numbers the steps, takes their time, tries again what may pass, and stops where the operator asked.
public final class PlanRunner: Sendable {
    private let observer: any PlanObserver
    private let breakpoints: Set<StepName>
    private let atBreakpoint: @Sendable (StepName) async -> Void
    private let silence: Duration
    private let position = Mutex((number: 0, count: 0))

    /// A runner.
    ///
    /// - Parameters:
    ///   - observer: who is told.
    ///   - breakpoints: steps before which it stops (`martlet.break=`).
    ///   - silence: how long a step may say nothing before it is spoken for, again and again.
    ///   - atBreakpoint: returns when the operator wants to go on.
    public init(
        observer: any PlanObserver, breakpoints: Set<StepName> = [], silence: Duration = .seconds(60),
        atBreakpoint: @escaping @Sendable (StepName) async -> Void = { _ in }
    ) {
        self.observer = observer
        self.breakpoints = breakpoints
        self.silence = silence
        self.atBreakpoint = atBreakpoint
    }

    /// Runs a plan from its first step to its last.
    ///
    /// - Parameter further: steps of a plan that will follow; they count in the numbers shown.
    public func run<Input, Output>(
        _ plan: Plan<Input, Output>, with input: Input, expecting further: Int = 0
    ) async throws(StepFailure) -> Output {
        position.withLock { $0 = (0, plan.steps.count + further) }
        return try await plan.run(input, self)
    }

    /// Goes on with a further plan; its steps are numbered after those that have run.
    ///
    /// - Parameter further: steps of a plan that will follow; they count in the numbers shown.
    public func goOn<Input, Output>(
        with plan: Plan<Input, Output>, from input: Input, expecting further: Int = 0
    ) async throws(StepFailure) -> Output {
        position.withLock { $0.count = $0.number + plan.steps.count + further }
        return try await plan.run(input, self)
    }

    func perform<Input, Output>(
        _ step: Step<Input, Output>, retry: RetryPolicy, input: Input
    ) async throws(StepFailure) -> Output {
        let (number, count) = position.withLock { position in
            position.number += 1
            return (position.number, position.count)
        }
        if breakpoints.contains(step.name) { await atBreakpoint(step.name) }
        observer.stepStarted(step.name, number: number, count: count)
        let clock = ContinuousClock()
        let start = clock.now
        let lastWord = LastWord(start)
        let progress = StepProgress { [observer] percent, message in
            lastWord.time.withLock { $0 = clock.now }
            observer.stepProgressed(step.name, number: number, count: count, percent: percent, message: message)
        }
        let watch = Task { [observer, silence] in
            while !Task.isCancelled {
                try await Task.sleep(for: silence)
                let quiet = lastWord.time.withLock { clock.now - $0 }
                guard quiet >= silence else { continue }
                observer.stepIsSilent(
                    step.name, number: number, count: count, seconds: seconds(clock.now - start),
                    silence: seconds(quiet))
            }
        }
        defer { watch.cancel() }
        var failures = 0
        while true {
            do {
                let output = try await step.run(input, progress)
                observer.stepFinished(
                    step.name, number: number, count: count, seconds: seconds(clock.now - start), retries: failures)
                return output
            } catch {
                failures += 1
                let mayPass = (error as? any TransientError)?.mayPass ?? false
                let failure = StepFailure(step: step.name, error: error)
                guard mayPass, failures < retry.attempts else {
                    observer.stepFailed(
                        failure, number: number, count: count, seconds: seconds(clock.now - start),
                        retries: failures - 1)
                    throw failure
                }
                let pause = retry.pause(afterFailures: failures) * Double.random(in: 0.8...1.2)
                observer.stepWillRetry(
                    step.name, number: number, count: count, cause: failure.cause, pause: pause)
                try? await Task.sleep(for: .seconds(pause))
            }
        }
    }
}

/// When a step last said how far it is.
private final class LastWord: Sendable {
    let time: Mutex<ContinuousClock.Instant>

    init(_ time: ContinuousClock.Instant) {
        self.time = Mutex(time)
    }
}

private func seconds(_ duration: Duration) -> Double {
    duration / .seconds(1)
}
