import Diagnostics
import HTTPProxies

/// The controller's URLs, each absent where the machine has nowhere to send such a thing.
public struct ControllerEndpoints: Hashable, Sendable {
    /// `INIT_URL`.
    public var initial: String?
    /// `SUCCESS_URL`.
    public var success: String?
    /// `ERROR_URL`.
    public var error: String?
    /// `LOG_URL`.
    public var log: String?
    /// `DEBUG_URL`.
    public var debug: String?
    /// `HEARTBEAT_URL`.
    public var heartbeat: String?
    /// `INVENTORY_URL`.
    public var inventory: String?
    /// `HEALTH_CHECK_URL`.
    public var healthCheck: String?
    /// `EVENT_URL`.
    public var event: String?
    /// `METRICS_URL`.
    public var metrics: String?
    /// `CHECKIN_URL`.
    public var checkin: String?

    /// Endpoints.
    public init(
        initial: String? = nil, success: String? = nil, error: String? = nil, log: String? = nil,
        debug: String? = nil, heartbeat: String? = nil, inventory: String? = nil, healthCheck: String? = nil,
        event: String? = nil, metrics: String? = nil, checkin: String? = nil
    ) {
        self.initial = initial
        self.success = success
        self.error = error
        self.log = log
        self.debug = debug
        self.heartbeat = heartbeat
        self.inventory = inventory
        self.healthCheck = healthCheck
        self.event = event
        self.metrics = metrics
        self.checkin = checkin
    }

    /// Those that are given, with their keys.
    var given: [(key: String, url: String)] {
        let all: [(String, String?)] = [
            ("INIT_URL", initial), ("SUCCESS_URL", success), ("ERROR_URL", error), ("LOG_URL", log),
            ("DEBUG_URL", debug), ("HEARTBEAT_URL", heartbeat), ("INVENTORY_URL", inventory),
            ("HEALTH_CHECK_URL", healthCheck), ("EVENT_URL", event), ("METRICS_URL", metrics),
            ("CHECKIN_URL", checkin),
        ]
        return all.compactMap { key, url in url.map { (key, $0) } }
    }
}

/// All that a client of the controller needs to know.
public struct ControllerConfiguration: Sendable {
    /// Where to call.
    public var endpoints: ControllerEndpoints
    /// The bearer token, sent with every call; no call follows a redirect, so that it never reaches another origin.
    public var token: Secret<String>?
    /// The path of a PEM file with certificate authorities to trust beside the system's.
    public var extraAuthorities: String?
    /// The proxies on the way to the controller.
    public var proxies: ProxySettings
    /// Cleans all text that leaves the machine.
    public var scrubber: SecretScrubber
    /// The agent's version, for the `User-Agent` header.
    public var version: String
    /// Pauses between attempts at a call.
    public var retry: RetryPolicy
    /// How much the machine keeps for a controller that is slow or away.
    public var limits: ShippingLimits
    /// Told in one sentence when the controller stops answering, and when it answers again. Must not block.
    public var notice: @Sendable (String) -> Void

    /// A configuration.
    public init(
        endpoints: ControllerEndpoints, token: Secret<String>? = nil, extraAuthorities: String? = nil,
        proxies: ProxySettings = ProxySettings(), scrubber: SecretScrubber = SecretScrubber([String]()),
        version: String, retry: RetryPolicy = RetryPolicy(),
        limits: ShippingLimits = ShippingLimits(), notice: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.endpoints = endpoints
        self.token = token
        self.extraAuthorities = extraAuthorities
        self.proxies = proxies
        self.scrubber = token.map { scrubber.adding([$0.revealed]) } ?? scrubber
        self.version = version
        self.retry = retry
        self.limits = limits
        self.notice = notice
    }
}

/// How much is kept for, and how often it is sent to, a controller.
public struct ShippingLimits: Hashable, Sendable {
    /// Most bytes of log lines kept in memory; the oldest lines go first.
    public var logBytes: Int
    /// Most events kept in memory.
    public var events: Int
    /// Longest time a log line waits for others to travel with.
    public var batchInterval: Duration
    /// Most bytes of log lines in one call.
    public var batchBytes: Int
    /// Shortest time between two progress events.
    public var progressInterval: Duration
    /// Time between two heartbeats; each is moved by up to a tenth at random.
    public var heartbeatInterval: Duration
    /// Time between two attempts to check in.
    public var checkinInterval: Duration

    /// Limits; the defaults are those of the contract.
    public init(
        logBytes: Int = 4 << 20, events: Int = 1024, batchInterval: Duration = .milliseconds(200),
        batchBytes: Int = 256 << 10, progressInterval: Duration = .seconds(1),
        heartbeatInterval: Duration = .seconds(30), checkinInterval: Duration = .seconds(5)
    ) {
        self.logBytes = logBytes
        self.events = events
        self.batchInterval = batchInterval
        self.batchBytes = batchBytes
        self.progressInterval = progressInterval
        self.heartbeatInterval = heartbeatInterval
        self.checkinInterval = checkinInterval
    }
}
