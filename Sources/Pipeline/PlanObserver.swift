import ProvisioningAPI

/// Who is told how a plan goes: the console, the log, the controller's events, the metrics.
public protocol PlanObserver: Sendable {
    /// A step begins. `number` counts from 1 to `count`.
    func stepStarted(_ step: StepName, number: Int, count: Int)
    /// A running step says how far it is; `percent` is 0 to 100 where known.
    func stepProgressed(_ step: StepName, number: Int, count: Int, percent: Int?, message: String)
    /// A running step has said nothing for `silence` seconds, after `seconds` in all.
    func stepIsSilent(_ step: StepName, number: Int, count: Int, seconds: Double, silence: Double)
    /// A try failed, and another follows after `pause` seconds.
    func stepWillRetry(_ step: StepName, number: Int, count: Int, cause: String, pause: Double)
    /// A step is done, after `seconds` and `retries` further tries.
    func stepFinished(_ step: StepName, number: Int, count: Int, seconds: Double, retries: Int)
    /// A step failed for good.
    func stepFailed(_ failure: StepFailure, number: Int, count: Int, seconds: Double, retries: Int)
}
