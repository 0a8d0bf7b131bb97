import LinuxSystem
import Netlink
import NetworkConfiguration

/// The network of this machine, being brought up or up. Leases are renewed until `stop`, or for the process's life.
public final class RunningNetwork: Sendable {
    /// What was asked for.
    public let configuration: NetworkConfiguration
    private let options: BringUpOptions
    private let onEvent: @Sendable (NetworkEvent) -> Void
    private let board = Monitor(NetworkBoard())
    private let waker: NetworkWaker

    private init(
        _ configuration: NetworkConfiguration, options: BringUpOptions,
        onEvent: @escaping @Sendable (NetworkEvent) -> Void
    ) throws(NetworkError) {
        self.configuration = configuration
        self.options = options
        self.onEvent = onEvent
        do throws(SystemCallError) {
            waker = try NetworkWaker()
        } catch {
            throw .kernel(error.description)
        }
    }

    /// Begins to bring the network up in the calling thread's network namespace, in the background.
    ///
    /// - Parameter onEvent: called for everything worth telling, from threads of this module; it must not block.
    public static func start(
        _ configuration: NetworkConfiguration, options: BringUpOptions = BringUpOptions(),
        onEvent: @escaping @Sendable (NetworkEvent) -> Void
    ) throws(NetworkError) -> RunningNetwork {
        let network = try RunningNetwork(configuration, options: options, onEvent: onEvent)
        do throws(SystemCallError) {
            try NativeThread.start("network") { network.runEngine() }
        } catch {
            throw .kernel(error.description)
        }
        return network
    }

    /// Brings the network up, and returns as soon as one card is usable; the others go on in the background.
    ///
    /// - Throws: `NetworkError`, which names every card and what it was waiting for. What was set up so far stays so, and
    ///   nothing goes on in the background.
    public static func bringUp(
        _ configuration: NetworkConfiguration, options: BringUpOptions = BringUpOptions(),
        onEvent: @escaping @Sendable (NetworkEvent) -> Void
    ) async throws(NetworkError) -> RunningNetwork {
        let network = try start(configuration, options: options, onEvent: onEvent)
        if let failure = await network.waitUntilUsable() {
            network.stop()
            throw failure
        }
        return network
    }

    /// Waits until one card is usable, as long as the options allow, and says every few seconds what is being waited for.
    /// The work goes on whatever comes of this; it may be waited for again.
    ///
    /// - Returns: `nil`, or why there is no usable card, with every card and what it was waiting for.
    public func waitUntilUsable() async -> NetworkError? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // A thread of its own, because the engine can be held up in the kernel for as long as some driver likes.
                do throws(SystemCallError) {
                    try NativeThread.start("network-watch") { continuation.resume(returning: self.watch()) }
                } catch {
                    continuation.resume(returning: .kernel(error.description))
                }
            }
        } onCancel: {
            stop()
        }
    }

    /// The network as it is now.
    public var state: NetworkState {
        board.update { $0.state }
    }

    /// What keeps each card from being of use, one line each, and what the configuration names but is not there.
    public var troubles: [String] {
        let now = ContinuousClock.now
        return board.update { board in board.cards.map { $0.line(at: now) } + board.missing }
    }

    /// Uses the default route over this card in preference to all others.
    public func prefer(_ card: NetworkCard) {
        wish { $0.preferred = card.index }
    }

    /// Gets addresses from DHCP on all cards that the configuration does not use, beside those that it does.
    ///
    /// - Returns: whether there are such cards now.
    @discardableResult
    public func useRest() -> Bool {
        let hasRest = board.update { board in board.cards.contains(where: \.isFree) }
        wish { $0.usesRest = true }
        return hasRest
    }

    /// Gives leases back to their servers, and ends. Addresses and routes stay as they are.
    public func release() {
        wish { $0.release = true }
        _ = board.wait(timeout: .seconds(1)) { $0.hasStopped ? true : nil }
    }

    /// Stops renewing leases and heeding changes. Addresses and routes stay as they are.
    public func stop() {
        wish { $0.isOver = true }
        // Whoever begins another network next must not meet this one's last requests.
        _ = board.wait(timeout: .seconds(1)) { $0.hasStopped || $0.failure != nil ? true : nil }
    }

    private func wish(_ change: (inout NetworkBoard.Wishes) -> Void) {
        board.update { change(&$0.wishes) }
        waker.wake()
    }

    private func runEngine() {
        do throws(NetlinkError) {
            let engine = try NetworkEngine(
                configuration, options: options, board: board, waker: waker, report: onEvent,
                becameUsable: { self.board.update { $0.isUsable = true } })
            engine.run()
        } catch {
            board.update { $0.failure = error.description }
        }
    }

    private func watch() -> NetworkError? {
        let clock = ContinuousClock()
        let begun = clock.now
        let deadline = begun + options.timeout
        let cardDeadline = begun + min(options.cardTimeout, options.timeout)
        var nextProgress = begun + options.progressInterval
        var lastUsed = begun
        while true {
            let limit = min(nextProgress, min(deadline, max(cardDeadline, clock.now + .seconds(1))))
            let outcome = board.wait(timeout: max(clock.now.duration(to: limit), .zero)) { board -> Outcome? in
                if let failure = board.failure { return .failed(.kernel(failure)) }
                if board.wishes.isOver { return .failed(.cancelled) }
                return board.isUsable ? .usable : nil
            }
            switch outcome {
            case .usable: return nil
            case .failed(let failure): return failure
            case nil: break
            }
            let now = clock.now
            if board.update({ $0.cards.contains { $0.status.isUsed && !$0.card.isVirtual } }) { lastUsed = now }
            // A card that is reset goes and comes back.
            let patience = max(cardDeadline, lastUsed == begun ? begun : lastUsed + .seconds(10))
            if let failure = failure(at: now, begun: begun, deadline: deadline, cardDeadline: patience) {
                return failure
            }
            guard now >= nextProgress else { continue }
            nextProgress = now + options.progressInterval
            sayProgress(since: begun, at: now)
        }
    }

    private enum Outcome {
        case usable
        case failed(NetworkError)
    }

    private func sayProgress(since begun: ContinuousClock.Instant, at now: ContinuousClock.Instant) {
        var lines = troubles
        if lines.isEmpty { lines = ["no network card has appeared"] }
        if let busySince = board.update({ $0.busySince }), busySince.duration(to: now) > .seconds(5) {
            lines.append("the kernel has not answered for \(busySince.text(until: now)): a driver holds it up")
        }
        onEvent(.waiting(elapsed: begun.duration(to: now), cards: lines))
    }

    private func failure(
        at now: ContinuousClock.Instant, begun: ContinuousClock.Instant, deadline: ContinuousClock.Instant,
        cardDeadline: ContinuousClock.Instant
    ) -> NetworkError? {
        let elapsed = begun.duration(to: now)
        let cards = board.update { $0.cards }
        if now >= cardDeadline, !cards.contains(where: { $0.status.isUsed && !$0.card.isVirtual }) {
            if cards.allSatisfy(\.card.isVirtual) {
                return .noCard(after: elapsed, undriven: UndrivenDevice.all(sysfs: options.sysfs))
            }
            let wanted = configuration.links.compactMap(\.selector?.description).joined(separator: " or ")
            return .noSuchCard(
                wanted: wanted, after: elapsed, cards: cards.filter { !$0.card.isVirtual }.map { "\($0.card)" })
        }
        return now >= deadline ? .timedOut(after: elapsed, cards: troubles) : nil
    }
}
