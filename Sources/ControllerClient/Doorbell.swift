import Synchronization

/// Wakes the one task that waits for work. Rings while nobody waits are remembered, once.
final class Doorbell: Sendable {
    private struct State {
        var rung = false
        var urgent = false
        var waiter: CheckedContinuation<Void, Never>?
        var waitsForUrgency = false
    }

    private let state = Mutex(State())

    /// Rings. An urgent ring also ends `waitForUrgency`.
    func ring(urgent: Bool = false) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.rung = true
            if urgent { state.urgent = true }
            guard urgent || !state.waitsForUrgency else { return nil }
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// Returns after a ring since the last return, or when the task is cancelled.
    func wait() async {
        await suspend(urgent: false)
        state.withLock { $0.rung = false }
    }

    /// Returns after an urgent ring, after the time, or when the task is cancelled.
    func waitForUrgency(atMost limit: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.suspend(urgent: true) }
            group.addTask { try? await Task.sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
        state.withLock { $0.urgent = false }
    }

    private func suspend(urgent: Bool) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDue = state.withLock { state -> Bool in
                    if Task.isCancelled || (urgent ? state.urgent : state.rung) { return true }
                    state.waiter = continuation
                    state.waitsForUrgency = urgent
                    return false
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiter.take() }?.resume()
        }
    }
}
