import LinuxSystem
import NetworkBringUp

/// The events of one bring-up, in order.
final class EventLog: Sendable {
    private let events = Monitor<[NetworkEvent]>([])

    func append(_ event: NetworkEvent) {
        events.update { $0.append(event) }
    }

    var all: [NetworkEvent] { events.update { $0 } }

    /// Waits until an event fits; `nil` when none did in time.
    func first(within timeout: Duration, where fits: @escaping @Sendable (NetworkEvent) -> Bool) async throws
        -> NetworkEvent?
    {
        try await offPool("event log") { self.events.wait(timeout: timeout) { $0.first(where: fits) } }
    }
}
