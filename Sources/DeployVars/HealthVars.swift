/// What is looked at before the machine is trusted with work.
public struct HealthVars: Equatable, Sendable {
    /// Whether health checks run.
    public var checksEnabled = false
    /// The least memory, in gigabytes; 0 for any.
    public var minimumMemoryGigabytes = 0
    /// The fewest logical processors; 0 for any.
    public var minimumCPUs = 0
    /// Checks to leave out, by name.
    public var skippedChecks: [String] = []
    /// Whether the inventory is sent.
    public var inventoryEnabled = true
    /// Whether firmware versions are sent.
    public var reportsFirmware = false
    /// The oldest BIOS version allowed.
    public var minimumBIOS: String?
    /// The oldest BMC version allowed.
    public var minimumBMC: String?

    /// The inventory only.
    public init() {}

    init(_ reader: inout VarsReader) {
        checksEnabled = reader.boolean(.healthChecksEnabled, default: false)
        minimumMemoryGigabytes = reader.number(.healthMinimumMemory, in: 0...1_000_000, unit: "gigabytes") ?? 0
        minimumCPUs = reader.number(.healthMinimumCPUs, in: 0...1_000_000) ?? 0
        skippedChecks = reader.list(.healthSkipChecks, allowed: "it must be names of checks, separated by commas") {
            String($0)
        }
        inventoryEnabled = reader.boolean(.inventoryEnabled, default: true)
        reportsFirmware = reader.boolean(.firmwareReport, default: false)
        minimumBIOS = reader.text(.firmwareMinimumBIOS)
        minimumBMC = reader.text(.firmwareMinimumBMC)
    }
}
