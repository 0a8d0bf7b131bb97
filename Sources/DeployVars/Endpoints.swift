/// Where the controller listens for what; each is optional.
public struct Endpoints: Equatable, Sendable {
    /// Told that work starts; may forbid it.
    public var start: HTTPURL?
    /// Told that work is complete.
    public var success: HTTPURL?
    /// Told which step failed and why.
    public var error: HTTPURL?
    /// Gets the log.
    public var log: HTTPURL?
    /// Gets the diagnostic report of a failure.
    public var debug: HTTPURL?
    /// Gets a heartbeat.
    public var heartbeat: HTTPURL?
    /// Asked for commands.
    public var commands: HTTPURL?
    /// Gets the inventory.
    public var inventory: HTTPURL?
    /// Gets firmware versions.
    public var firmware: HTTPURL?
    /// Gets the results of health checks.
    public var healthCheck: HTTPURL?
    /// Gets durations and counts at the end.
    public var metrics: HTTPURL?
    /// Gets events.
    public var event: HTTPURL?
    /// Told the machine's addresses.
    public var checkin: HTTPURL?

    /// No endpoint.
    public init() {}

    init(_ reader: inout VarsReader) {
        for (key, path) in Self.paths { self[keyPath: path] = reader.url(key) }
    }

    /// Every endpoint with its key.
    static var paths: [(VarsKey, WritableKeyPath<Endpoints, HTTPURL?>)] {
        [
            (.initURL, \.start), (.successURL, \.success), (.errorURL, \.error), (.logURL, \.log), (.debugURL, \.debug),
            (.heartbeatURL, \.heartbeat), (.commandsURL, \.commands), (.inventoryURL, \.inventory),
            (.firmwareURL, \.firmware), (.healthCheckURL, \.healthCheck), (.metricsURL, \.metrics),
            (.eventURL, \.event),
            (.checkinURL, \.checkin),
        ]
    }

    /// All that are given.
    public var all: [HTTPURL] { Self.paths.compactMap { self[keyPath: $0.1] } }
}
