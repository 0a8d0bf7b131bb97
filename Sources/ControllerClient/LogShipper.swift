import Diagnostics
import Logging
import Synchronization

/// Takes log entries without ever blocking and sends them in order, in batches, as long as `run` runs.
public final class LogShipper: Sendable {
    private struct State {
        var buffer: LogBuffer
        /// Whether a batch is with the sender.
        var inFlight = false
        var isDraining = false
    }

    private let state: Mutex<State>
    private let scrubber: SecretScrubber
    private let limits: ShippingLimits
    private let isWanted: Bool
    private let bell = Doorbell()

    init(configuration: ControllerConfiguration) {
        scrubber = configuration.scrubber
        limits = configuration.limits
        isWanted = configuration.endpoints.log != nil
        state = Mutex(State(buffer: LogBuffer(limit: configuration.limits.logBytes)))
    }

    /// Takes one entry. Returns at once; secrets are masked before the entry is kept.
    public func record(_ level: Logger.Level, _ message: String, metadata: [(key: String, value: String)] = []) {
        guard isWanted else { return }
        let line = LogLine(level, message, metadata: metadata, scrubber: scrubber)
        let isUrgent = state.withLock { state in
            state.buffer.append(line.text)
            return state.buffer.count >= limits.batchBytes
        }
        bell.ring(urgent: isUrgent)
    }

    /// How many lines the controller has never got.
    public var droppedLines: Int { state.withLock { $0.buffer.totalDropped } }

    /// Whether everything recorded so far was sent.
    var isIdle: Bool { state.withLock { $0.buffer.isEmpty && !$0.inFlight } }

    /// From now on lines do not wait for others.
    func startDraining() {
        state.withLock { $0.isDraining = true }
        bell.ring(urgent: true)
    }

    /// Sends until the task is cancelled.
    ///
    /// - Parameter send: gets a batch of lines; returns false when it was finally refused.
    func run(send: (_ batch: String) async -> Bool) async {
        while !Task.isCancelled {
            await bell.wait()
            if !state.withLock(\.isDraining) { await bell.waitForUrgency(atMost: limits.batchInterval) }
            while !Task.isCancelled {
                let batch = state.withLock { state in
                    let batch = state.buffer.takeBatch(limit: limits.batchBytes)
                    state.inFlight = batch != nil
                    return batch
                }
                guard let batch else { break }
                let wasTaken = await send(batch.text)
                state.withLock { state in
                    state.inFlight = false
                    if !wasTaken { state.buffer.countLost(batch.lines) }
                }
                // A refusal is final for these lines, not for later ones; they are told of it when they go.
                if !wasTaken { break }
            }
        }
    }
}
