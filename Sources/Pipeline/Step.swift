import ProvisioningAPI

/// One step of a plan: it takes what the step before proved, and proves something itself.
///
/// The phases are types, so that a step out of order does not compile.
public struct Step<Input: Sendable, Output: Sendable>: Sendable {
    /// The step's name on the console, in events, in errors and in `martlet.break=`.
    public let name: StepName
    let run: @Sendable (Input, StepProgress) async throws -> Output

    /// A step from a function. Errors should be `ExplainedError`s: their text reaches the operator.
    public init(_ name: StepName, _ run: @escaping @Sendable (Input, StepProgress) async throws -> Output) {
        self.name = name
        self.run = run
    }
}

/// By which a running step says how far it is.
public struct StepProgress: Sendable {
    private let report: @Sendable (Int?, String) -> Void

    init(report: @escaping @Sendable (Int?, String) -> Void) {
        self.report = report
    }

    /// Says how far the step is.
    ///
    /// - Parameters:
    ///   - message: what is going on, in a few words.
    ///   - percent: 0 to 100 where that is known.
    public func callAsFunction(_ message: String, percent: Int? = nil) {
        report(percent, message)
    }
}
