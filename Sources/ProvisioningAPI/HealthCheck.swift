/// One entry of the list that goes to `HEALTH_CHECK_URL`.
public struct HealthCheck: Codable, Hashable, Sendable {
    /// How a check ended.
    public enum Status: String, Codable, Hashable, Sendable {
        case pass, fail, warn, skip
    }

    /// What a failure of the check means.
    public enum Severity: String, Codable, Hashable, Sendable {
        /// Worth knowing.
        case info
        /// Worth a look; the run goes on.
        case warning
        /// The run stops.
        case critical
    }

    /// The check's name, as `HEALTH_SKIP_CHECKS` lists it.
    public var name: String
    /// How it ended.
    public var status: Status
    /// What a failure means.
    public var severity: Severity
    /// One sentence for a person.
    public var message: String?
    /// Measured values by name.
    public var details: [String: String]?

    /// The outcome of a check.
    public init(
        name: String, status: Status, severity: Severity, message: String? = nil, details: [String: String]? = nil
    ) {
        self.name = name
        self.status = status
        self.severity = severity
        self.message = message
        self.details = details
    }
}
