/// Where a controller has a machine's agent endpoints: paths below `/api/v1/machines/{id}/`.
public enum ControllerPath: String, CaseIterable, Sendable {
    case statusInit = "status/init"
    case statusSuccess = "status/success"
    case statusError = "status/error"
    case log
    case debug
    case events
    case heartbeat
    case commands
    case inventory
    case health
    case metrics

    /// The key in `/deploy/vars` that carries this endpoint's URL.
    public var varsKey: String {
        switch self {
        case .statusInit: "INIT_URL"
        case .statusSuccess: "SUCCESS_URL"
        case .statusError: "ERROR_URL"
        case .log: "LOG_URL"
        case .debug: "DEBUG_URL"
        case .events: "EVENT_URL"
        case .heartbeat: "HEARTBEAT_URL"
        case .commands: "COMMANDS_URL"
        case .inventory: "INVENTORY_URL"
        case .health: "HEALTH_CHECK_URL"
        case .metrics: "METRICS_URL"
        }
    }
}
