/// A step of the pipeline, by the one name it has on the console, in events, in errors and in `martlet.break=`.
///
/// The order of the cases is the order in which a machine goes through them.
public enum StepName: String, CaseIterable, Codable, Hashable, Sendable, CustomStringConvertible {
    case vars
    case network
    case checkMachine = "check-machine"
    case reportInit = "report-init"
    case collectInventory = "collect-inventory"
    case selectDisk = "select-disk"
    case captureDisk = "capture-disk"
    case preflight
    case releaseDisk = "release-disk"
    case writeImage = "write-image"
    case findRoot = "find-root"
    case seedRoot = "seed-root"
    case runHooks = "run-hooks"
    case loadKernel = "load-kernel"
    case sealDisk = "seal-disk"
    case reportSuccess = "report-success"
    case handOver = "hand-over"

    /// The name as it is written everywhere.
    public var description: String { rawValue }
}
