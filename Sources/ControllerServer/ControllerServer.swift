import Diagnostics
import Glibc
import Hummingbird
import LinuxSystem
import Logging
import NIOCore
import ServiceLifecycle
import SystemPackage

/// The controller: takes machines from the operator, tells agents what they are to do, and shows how far they are.
public struct ControllerServer: Sendable {
    private let configuration: ControllerServerConfiguration
    private let logger: Logger

    /// A controller. Nothing is read or opened before it runs.
    ///
    /// - Parameter logger: `nil` logs warnings and errors only.
    public init(_ configuration: ControllerServerConfiguration, logger: Logger? = nil) {
        self.configuration = configuration
        var quiet = Logger(label: "martlet.controller")
        quiet.logLevel = .warning
        self.logger = logger ?? quiet
    }

    /// Serves until the task is cancelled or, where asked for, the process is told to end (SIGTERM, SIGINT).
    ///
    /// - Parameters:
    ///   - endsOnSignals: whether to end on signals.
    ///   - onReady: told the port once the controller answers.
    /// - Throws: when the data directory cannot be used or is in use, or when the address cannot be listened on.
    public func run(
        endsOnSignals: Bool = false, onReady: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) async throws {
        let files = try MachineFiles(
            root: configuration.dataDirectory, logLimit: configuration.logLimit,
            eventLimit: configuration.eventLimit)
        let lock = try DirectoryLock(configuration.dataDirectory)
        defer { lock.release() }
        let machines = try MachineStore(files: files)
        let checkins = try CheckinStore(directory: configuration.dataDirectory)
        let application = Application(
            router: router(machines: machines, checkins: checkins),
            server: .http1(configuration: .init(idleTimeout: .seconds(120))),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: "martlet"),
            onServerRunning: { channel in
                if let port = channel.localAddress?.port { await onReady(port) }
            },
            logger: logger)
        let (stop, stopper) = AsyncStream.makeStream(of: Never.self)
        var group = ServiceGroupConfiguration(
            services: [
                .init(service: StateKeeper(store: machines, logger: logger)), .init(service: application),
                .init(service: StopRequest(stream: stop), successTerminationBehavior: .gracefullyShutdownGroup),
            ],
            gracefulShutdownSignals: endsOnSignals ? [.sigterm, .sigint] : [], logger: logger)
        // A machine in the middle of an image is waited for, but not for ever.
        group.maximumGracefulShutdownDuration = .seconds(10)
        let services = ServiceGroup(configuration: group)
        // Shielded from the caller's cancellation: it would take connections away from the server between their
        // acceptance and their handling, which NIO does not allow. The request to stop ends everything in order.
        let serving = Task { try await services.run() }
        let outcome = await withTaskCancellationHandler {
            await serving.result
        } onCancel: {
            stopper.finish()
        }
        await machines.closeFollowers()
        try await machines.flush()
        do {
            try outcome.get()
        } catch let error where error is IOError || error is SocketAddressError {
            throw CannotListen(host: configuration.host, port: configuration.port, error: error)
        }
    }

    private func router(machines: MachineStore, checkins: CheckinStore) -> Router<ControllerContext> {
        let counters = ServerCounters()
        let publicURL = PublicURL(configured: configuration.publicURL)
        let router = Router(context: ControllerContext.self)
        router.addMiddleware {
            ErrorMiddleware(counters: counters)
            AccessMiddleware(trusted: configuration.trusted)
        }
        MachineRoutes(store: machines, checkins: checkins).add(to: router)
        AgentRoutes(store: machines, counters: counters, publicURL: publicURL).add(to: router)
        LogRoutes(store: machines).add(to: router)
        CheckinRoutes(store: checkins).add(to: router)
        ServiceRoutes(store: machines, counters: counters).add(to: router)
        PageRoutes().add(to: router)
        if let images = configuration.imagesDirectory {
            FileRoutes(prefix: "/images", directory: images, counters: counters).add(to: router)
        }
        if let netboot = configuration.netbootDirectory {
            NetbootRoutes(store: machines, publicURL: publicURL, arguments: configuration.netbootArguments)
                .add(to: router)
            FileRoutes(prefix: "/netboot", directory: netboot, counters: counters).add(to: router)
        }
        return router
    }
}

/// The address that the controller is to listen on is not to be had.
struct CannotListen: ExplainedError {
    let host: String
    let port: Int
    let error: any Error

    var description: String {
        let reason =
            switch (error as? IOError)?.errnoCode {
            case EADDRINUSE: "the port is in use"
            case EADDRNOTAVAIL: "this host does not have the address"
            case EACCES: "ports below 1024 take a privilege"
            case .some(let code): Errno(rawValue: code).description
            case nil: "the name has no address"
            }
        return "the controller cannot listen on \(host) port \(port): \(reason)"
    }
    var advice: String { "choose another address or port with --listen" }
}

/// Writes what changed to disk every few seconds.
private struct StateKeeper: Service {
    let store: MachineStore
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: .seconds(5))) != nil {
                do {
                    try await store.flush()
                } catch {
                    logger.error("the state could not be written: \(error)")
                }
            }
        }
    }
}

/// Ends the controller when its caller is cancelled.
private struct StopRequest: Service {
    let stream: AsyncStream<Never>

    func run() async throws {
        for await _ in stream.cancelOnGracefulShutdown() {}
    }
}
