import ProvisioningAPI

/// Steps in order, as data: a plan can be printed, counted and tested before it is run.
public struct Plan<Input: Sendable, Output: Sendable>: Sendable {
    /// The steps, in the order in which they run.
    public let steps: [StepDescription]
    let run: @Sendable (Input, PlanRunner) async throws(StepFailure) -> Output

    /// A plan of one step.
    public init(_ step: Step<Input, Output>, retry: RetryPolicy = .never) {
        steps = [StepDescription(name: step.name, retry: retry)]
        run = { input, runner async throws(StepFailure) in
            try await runner.perform(step, retry: retry, input: input)
        }
    }

    private init(
        steps: [StepDescription], run: @escaping @Sendable (Input, PlanRunner) async throws(StepFailure) -> Output
    ) {
        self.steps = steps
        self.run = run
    }

    /// The plan with one step more, which takes what the plan so far proves.
    public func then<Next>(_ step: Step<Output, Next>, retry: RetryPolicy = .never) -> Plan<Input, Next> {
        then(Plan<Output, Next>(step, retry: retry))
    }

    /// The plan, and then another.
    public func then<Next>(_ next: Plan<Output, Next>) -> Plan<Input, Next> {
        Plan<Input, Next>(steps: steps + next.steps) { input, runner async throws(StepFailure) in
            try await next.run(try await run(input, runner), runner)
        }
    }
}

/// A step as the printed plan shows it.
public struct StepDescription: Sendable, Equatable {
    /// The step's name.
    public let name: StepName
    /// How often it is tried.
    public let retry: RetryPolicy
}

extension Plan {
    /// The plan as text, a line a step: for `martlet plan`, `MODE=dry-run` and the documentation.
    public var listing: String {
        steps.enumerated().map { index, step in
            let line = "[\(padded(index + 1, as: steps.count))/\(steps.count)] \(step.name)"
            return step.retry.attempts == 1 ? line : "\(line)  (\(step.retry))"
        }.joined(separator: "\n")
    }
}

/// A step's number, padded to the width of the last one's: `[ 3/15]`.
public func padded(_ number: Int, as count: Int) -> String {
    let text = String(number)
    return String(repeating: " ", count: max(String(count).count - text.count, 0)) + text
}
