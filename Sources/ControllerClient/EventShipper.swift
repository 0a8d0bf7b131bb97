import Diagnostics
import ProvisioningAPI
import Synchronization

/// Takes events without ever blocking and sends them in order, as long as `run` runs.
public final class EventShipper: Sendable {
    private struct State {
        var queue: EventQueue
        var inFlight = false
    }

    private let state: Mutex<State>
    private let scrubber: SecretScrubber
    private let isWanted: Bool
    private let bell = Doorbell()
    private let clock = ContinuousClock()

    init(configuration: ControllerConfiguration) {
        scrubber = configuration.scrubber
        isWanted = configuration.endpoints.event != nil
        let limits = configuration.limits
        state = Mutex(State(queue: EventQueue(limit: limits.events, progressInterval: limits.progressInterval)))
    }

    /// Takes one event. Returns at once; progress is passed on at most once a second.
    public func post(_ event: Event) {
        guard isWanted else { return }
        let clean = event.with(message: scrubber.scrub(event.message))
        state.withLock { $0.queue.append(clean, now: clock.now) }
        bell.ring()
    }

    /// Whether everything posted so far was sent.
    var isIdle: Bool { state.withLock { $0.queue.isEmpty && !$0.inFlight } }

    /// Sends until the task is cancelled.
    func run(send: (_ event: Event) async -> Void) async {
        while !Task.isCancelled {
            await bell.wait()
            while !Task.isCancelled {
                let event = state.withLock { state in
                    let event = state.queue.next()
                    state.inFlight = event != nil
                    return event
                }
                guard let event else { break }
                await send(event)
                state.withLock { $0.inFlight = false }
            }
        }
    }
}
