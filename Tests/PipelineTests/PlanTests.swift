import Diagnostics
import Pipeline
import ProvisioningAPI
import Synchronization
import Testing

private struct Fault: ExplainedError, TransientError {
    var mayPass: Bool
    var description: String { "the disk said no" }
    var advice: String { "ask again" }
}

private final class Recorder: PlanObserver {
    let lines = Mutex<[String]>([])

    private func note(_ line: String) { lines.withLock { $0.append(line) } }
    func stepStarted(_ step: StepName, number: Int, count: Int) { note("\(number)/\(count) \(step)") }
    func stepProgressed(_ step: StepName, number: Int, count: Int, percent: Int?, message: String) {
        note("\(step) \(percent ?? -1) \(message)")
    }
    func stepIsSilent(_ step: StepName, number: Int, count: Int, seconds: Double, silence: Double) {
        note("\(step) is silent")
    }
    func stepWillRetry(_ step: StepName, number: Int, count: Int, cause: String, pause: Double) {
        note("\(step) again: \(cause)")
    }
    func stepFinished(_ step: StepName, number: Int, count: Int, seconds: Double, retries: Int) {
        note("\(step) done after \(retries)")
    }
    func stepFailed(_ failure: StepFailure, number: Int, count: Int, seconds: Double, retries: Int) {
        note("\(failure)")
    }
}

@Suite struct PlanTests {
    private let vars = Step<Void, Int>(.vars) { _, _ in 20 }
    private let network = Step<Int, Int>(.network) { value, progress in
        progress("half", percent: 50)
        return value + 1
    }

    @Test func runsEveryStepOnWhatTheOneBeforeProved() async throws {
        let recorder = Recorder()
        let result = try await PlanRunner(observer: recorder).run(Plan(vars).then(network), with: ())
        #expect(result == 21)
        #expect(
            recorder.lines.withLock { $0 } == [
                "1/2 vars", "vars done after 0", "2/2 network", "network 50 half", "network done after 0",
            ])
    }

    @Test func triesAgainOnlyWhatMayPass() async throws {
        let tries = Mutex(0)
        let flaky = Step<Void, Int>(.vars) { _, _ in
            let number = tries.withLock {
                $0 += 1
                return $0
            }
            if number < 3 { throw Fault(mayPass: true) }
            return number
        }
        let policy = RetryPolicy(attempts: 3, firstPause: 0, longestPause: 0)
        let recorder = Recorder()
        #expect(try await PlanRunner(observer: recorder).run(Plan(flaky, retry: policy), with: ()) == 3)
        #expect(recorder.lines.withLock { $0.last } == "vars done after 2")

        let hopeless = Step<Void, Int>(.vars) { _, _ in
            tries.withLock { $0 += 1 }
            throw Fault(mayPass: false)
        }
        let failure = await #expect(throws: StepFailure.self) {
            try await PlanRunner(observer: Recorder()).run(Plan(hopeless, retry: policy), with: ())
        }
        #expect(failure?.description == "step vars failed: the disk said no")
        #expect(failure?.advice == "ask again")
        #expect(tries.withLock { $0 } == 4)
    }

    @Test func nothingAfterAFailedStepRuns() async throws {
        let failing = Step<Int, Int>(.network) { _, _ in throw Fault(mayPass: false) }
        let never = Step<Int, Int>(.checkMachine) { _, _ in
            Issue.record("a step ran after the one before it had failed")
            return 0
        }
        let recorder = Recorder()
        await #expect(throws: StepFailure.self) {
            try await PlanRunner(observer: recorder).run(Plan(vars).then(failing).then(never), with: ())
        }
        #expect(recorder.lines.withLock { $0.last } == "step network failed: the disk said no")
    }

    @Test func stopsBeforeTheStepsThatTheOperatorNamed() async throws {
        let stops = Mutex<[StepName]>([])
        let runner = PlanRunner(observer: Recorder(), breakpoints: [.network]) { step in
            stops.withLock { $0.append(step) }
        }
        _ = try await runner.run(Plan(vars).then(network), with: ())
        #expect(stops.withLock { $0 } == [.network])
    }

    @Test func aStepThatSaysNothingIsSpokenFor() async throws {
        let slow = Step<Void, Int>(.vars) { _, _ in
            try await Task.sleep(for: .milliseconds(500))
            return 1
        }
        let recorder = Recorder()
        _ = try await PlanRunner(observer: recorder, silence: .milliseconds(100)).run(Plan(slow), with: ())
        #expect(recorder.lines.withLock { $0 }.contains("vars is silent"))
    }

    @Test func pausesGrowUpToTheirLimit() {
        let policy = RetryPolicy.network
        #expect((1...5).map(policy.pause(afterFailures:)) == [2, 4, 8, 15, 15])
    }

    @Test func thePlanIsPrintable() {
        #expect(Plan(vars).then(network, retry: .network).listing == "[1/2] vars\n[2/2] network  (up to 5 tries)")
    }
}
