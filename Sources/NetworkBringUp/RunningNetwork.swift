import LinuxSystem
import Netlink
import NetworkConfiguration

/// The network of this machine, being brought up or up. Leases are renewed until `stop`, or for the process's life.
public final class RunningNetwork: Sendable {
    private let configuration: NetworkConfiguration
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

    /// Brings the network up, and returns as soon as one card is usable; the others go on in the background.
    ///
    /// - Parameter onEvent: called for everything worth telling, from threads of this module; it must not block.
    /// - Throws: `NetworkError`, which names every card and what it was waiting for. What was set up so far stays so, and
    ///   nothing goes on in the background.
    public static func bringUp(
        _ configuration: NetworkConfiguration, options: BringUpOptions = BringUpOptions(),
        onEvent: @escaping @Sendable (NetworkEvent) -> Void
    ) async throws(NetworkError) -> RunningNetwork {
        let network = try RunningNetwork(configuration, options: options, onEvent: onEvent)
        let failure = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                network.start { continuation.resume(returning: $0) }
            }
        } onCancel: {
            network.conclude(.cancelled)
        }
        if let failure { throw failure }
        return network
    }

    /// The same from the calling thread's network namespace, without waiting for the outcome.
    static func launch(
        _ configuration: NetworkConfiguration, options: BringUpOptions,
        onEvent: @escaping @Sendable (NetworkEvent) -> Void,
        completion: @escaping @Sendable (NetworkError?) -> Void
    ) throws(NetworkError) -> RunningNetwork {
        let network = try RunningNetwork(configuration, options: options, onEvent: onEvent)
        network.start(completion)
        return network
    }

    /// The network as it is now.
    public var state: NetworkState {
        board.update { $0.state }
    }

    /// Stops renewing leases and heeding changes. Addresses and routes stay as they are.
    public func stop() {
        conclude(.cancelled)
        board.update { $0.phase = .ended }
        waker.wake()
    }

    private func start(_ completion: @escaping @Sendable (NetworkError?) -> Void) {
        let earlyEnd = board.update { board -> NetworkError? in
            if board.earlyEnd == nil { board.completion = completion }
            return board.earlyEnd
        }
        if let earlyEnd { return completion(earlyEnd) }
        do throws(SystemCallError) {
            try NativeThread.start("network") { self.runEngine() }
            try NativeThread.start("network-watch") { self.watch() }
        } catch {
            conclude(.kernel(error.description))
        }
    }

    private func runEngine() {
        do throws(NetlinkError) {
            let engine = try NetworkEngine(
                configuration, options: options, board: board, waker: waker, report: onEvent,
                becameUsable: { self.conclude(nil) })
            engine.run()
        } catch {
            conclude(.kernel(error.description))
        }
    }

    /// Ends the wait, once: with a usable network, or with an error, upon which the engine stops, too.
    private func conclude(_ failure: NetworkError?) {
        let completion = board.update { board -> (@Sendable (NetworkError?) -> Void)? in
            guard board.phase == .waiting else { return nil }
            board.phase = failure == nil ? .usable : .ended
            if board.completion == nil { board.earlyEnd = failure }
            defer { board.completion = nil }
            return board.completion
        }
        if failure != nil { waker.wake() }
        completion?(failure)
    }

    /// Says every few seconds what is being waited for, and ends the wait when its time is over. This has a thread of
    /// its own because the engine can be held up in the kernel for as long as some driver likes.
    private func watch() {
        let clock = ContinuousClock()
        let begun = clock.now
        let deadline = begun + options.timeout
        let cardDeadline = begun + min(options.cardTimeout, options.timeout)
        var nextProgress = begun + options.progressInterval
        while true {
            let limit = min(nextProgress, min(deadline, max(cardDeadline, clock.now + .seconds(1))))
            let isOver = board.wait(timeout: max(clock.now.duration(to: limit), .zero)) { board in
                board.phase == .waiting ? nil : true
            }
            if isOver == true { return }
            let now = clock.now
            let (cards, busySince) = board.update { ($0.cards, $0.busySince) }
            if let failure = failure(
                cards: cards, at: now, begun: begun, deadline: deadline, cardDeadline: cardDeadline)
            {
                return conclude(failure)
            }
            guard now >= nextProgress else { continue }
            nextProgress = now + options.progressInterval
            var lines = cards.isEmpty ? ["no network card has appeared"] : cards.map { $0.line(at: now) }
            if let busySince, busySince.duration(to: now) > .seconds(5) {
                lines.append("the kernel has not answered for \(busySince.text(until: now)): a driver holds it up")
            }
            onEvent(.waiting(elapsed: begun.duration(to: now), cards: lines))
        }
    }

    private func failure(
        cards: [CardReport], at now: ContinuousClock.Instant, begun: ContinuousClock.Instant,
        deadline: ContinuousClock.Instant, cardDeadline: ContinuousClock.Instant
    ) -> NetworkError? {
        let elapsed = begun.duration(to: now)
        let candidates = cards.filter { if case .unused = $0.status { false } else { true } }
        if candidates.isEmpty, now >= cardDeadline {
            if cards.isEmpty {
                return .noCard(after: elapsed, undriven: UndrivenDevice.all(sysfs: options.sysfs))
            }
            let wanted = configuration.links.map(\.selector.description).joined(separator: " or ")
            return .noSuchCard(wanted: wanted, after: elapsed, cards: cards.map(\.card.description))
        }
        return now >= deadline ? .timedOut(after: elapsed, cards: cards.map { $0.line(at: now) }) : nil
    }
}
