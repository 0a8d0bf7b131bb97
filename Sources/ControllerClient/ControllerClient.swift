import AsyncHTTPClient
import Diagnostics
import FoundationEssentials
import HTTPProxies
import NIOCore
import NIOPosix
import ProvisioningAPI
import Synchronization

/// The agent's side of the conversation with a controller.
///
/// Calls whose endpoint is not configured succeed without doing anything. Log lines and events are taken at once and
/// sent by `run`, which is to be running beside the pipeline; a slow or absent controller holds nothing up but the
/// calls that the contract lets it hold up, and those for a limited time.
public final class ControllerClient: Sendable {
    /// Where log entries go in.
    public let log: LogShipper
    /// Where events go in.
    public let events: EventShipper

    private let clients: ProxiedClients
    private let ownGroup: MultiThreadedEventLoopGroup?
    let configuration: ControllerConfiguration
    let transport: ControllerTransport
    /// Tells this run's calls from those of another run of the same machine.
    private let runIdentifier = String(UInt64.random(in: .min ... .max), radix: 36)
    private let callNumber = Atomic<UInt64>(0)

    /// A client. Nothing is sent yet.
    ///
    /// - Parameters:
    ///   - configuration: where to call, as whom, and how patiently.
    ///   - eventLoopGroup: threads to share; `nil` starts one of the client's own.
    /// - Throws: `ControllerError.invalidURL` for the first endpoint that is no URL, `.authorities` when the extra
    ///   certificate authorities cannot be read.
    public init(
        configuration: ControllerConfiguration, eventLoopGroup: (any EventLoopGroup)? = nil
    ) throws(ControllerError) {
        for (key, url) in configuration.endpoints.given {
            guard Self.isUsable(url) else { throw .invalidURL(key: key) }
        }
        let clientConfiguration = try HTTPClient.Configuration(controller: configuration)
        let ownGroup = eventLoopGroup == nil ? MultiThreadedEventLoopGroup(numberOfThreads: 1) : nil
        self.ownGroup = ownGroup
        let group = eventLoopGroup ?? ownGroup ?? MultiThreadedEventLoopGroup.singleton
        clients = ProxiedClients(clientConfiguration, configuration.proxies, on: group)
        self.configuration = configuration
        transport = ControllerTransport(
            clients: clients, tls: clientConfiguration.tlsConfiguration, configuration: configuration)
        log = LogShipper(configuration: configuration)
        events = EventShipper(configuration: configuration)
    }

    /// Closes all connections. Call it once, last.
    public func shutdown() async {
        await clients.shutdown()
        try? await ownGroup?.shutdownGracefully()
    }

    /// Ships log lines and events and sends heartbeats until the task is cancelled.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.shipLog() }
            group.addTask { await self.shipEvents() }
            group.addTask { await self.sendHeartbeats() }
        }
    }

    /// Waits until all log lines and events so far are sent, for at most a time. `run` must be running.
    ///
    /// - Returns: whether everything was sent.
    @discardableResult
    public func drain(within limit: Duration = .seconds(10)) async -> Bool {
        let clock = ContinuousClock()
        let end = clock.now + limit
        log.startDraining()
        // Both shippers empty themselves; looking now and then is enough for something that ends within seconds.
        while !(log.isIdle && events.isIdle) {
            guard clock.now < end, !Task.isCancelled else { return false }
            try? await clock.sleep(for: .milliseconds(20))
        }
        return true
    }

    private func shipLog() async {
        guard let url = configuration.endpoints.log else { return }
        await log.run { batch in
            await self.ship(.text("LOG_URL", url, batch, idempotencyKey: self.nextIdentifier()))
        }
    }

    private func shipEvents() async {
        guard let url = configuration.endpoints.event else { return }
        await events.run { event in
            guard let body = try? JSONEncoder().encode(event) else { return }
            _ = await self.ship(.json("EVENT_URL", url, Array(body), idempotencyKey: self.nextIdentifier()))
        }
    }

    /// Delivers one call of a shipper, however long it takes; false when it was finally refused.
    private func ship(_ call: ControllerCall) async -> Bool {
        var isTrouble = false
        do {
            try await transport.deliver(call, within: nil) { error in
                if !isTrouble { configuration.notice("\(error); it is tried again") }
                isTrouble = true
            }
            if isTrouble { configuration.notice("\(call.key) answers again") }
            return true
        } catch .cancelled {
            return false
        } catch {
            configuration.notice("\(error)")
            return false
        }
    }

    /// A name for the next call, kept when it is repeated, so that the controller can tell it from another one.
    func nextIdentifier() -> String {
        "\(runIdentifier)-\(callNumber.wrappingAdd(1, ordering: .relaxed).newValue)"
    }

    /// http or https with a host; what a URL parser would take as relative, or as something else, is not usable.
    private static func isUsable(_ text: String) -> Bool {
        guard let url = URL(string: text), let scheme = url.scheme?.lowercased(), let host = url.host() else {
            return false
        }
        return (scheme == "http" || scheme == "https") && !host.isEmpty
    }
}
