/// What a machine was told to do; the raw values are those of the `MODE` key in `/deploy/vars`.
public enum ProvisioningMode: String, CaseIterable, Codable, Hashable, Sendable {
    case provision
    case deprovision
    case softDeprovision = "soft-deprovision"
    case standby
    case dryRun = "dry-run"
    case inspect
    case capture

    /// The body of the call to `INIT_URL`.
    public var startedPhrase: String {
        self == .standby ? "standby" : "\(activity) started"
    }

    /// The body of the call to `SUCCESS_URL`.
    public var completePhrase: String { "\(activity) complete" }

    /// Whether this mode changes what is on a disk.
    public var changesDisks: Bool {
        switch self {
        case .provision, .deprovision, .softDeprovision: true
        case .standby, .dryRun, .inspect, .capture: false
        }
    }

    /// The mode that says it has started, or has completed, with this phrase; `nil` for any other text.
    public init?(phrase: some StringProtocol) {
        guard let mode = Self.allCases.first(where: { $0.startedPhrase == phrase || $0.completePhrase == phrase })
        else { return nil }
        self = mode
    }

    private var activity: String {
        switch self {
        case .provision: "provisioning"
        case .deprovision: "deprovisioning"
        case .softDeprovision: "soft-deprovisioning"
        case .standby: "standby"
        case .dryRun: "dry-run"
        case .inspect: "inspection"
        case .capture: "capture"
        }
    }
}
