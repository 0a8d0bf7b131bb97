import ProvisioningAPI

/// Events that wait for the controller: in order, with progress thinned out.
struct EventQueue: Sendable {
    private var events: [Event] = []
    private let limit: Int
    private let interval: Duration
    private var lastProgress: ContinuousClock.Instant?
    private var lastMessage: String?
    /// Events dropped because the queue was full.
    private(set) var dropped = 0

    /// An empty queue for so many events, and for one progress event per interval.
    init(limit: Int, progressInterval: Duration) {
        self.limit = max(limit, 1)
        interval = progressInterval
    }

    var isEmpty: Bool { events.isEmpty }

    /// Appends an event. A progress event that comes too early after another one is left out; one that would stand
    /// right behind another of its step replaces it: only the newest matters. Words that are new, and no figure, are a
    /// notice, which is never left out.
    mutating func append(_ event: Event, now: ContinuousClock.Instant) {
        if event.type == .progress {
            let isNotice = event.progress == nil && event.message != lastMessage
            if !isNotice, let last = lastProgress, last.duration(to: now) < interval { return }
            lastProgress = now
            lastMessage = event.message
            if let last = events.last, last.type == .progress, last.step == event.step, last.progress != nil {
                events.removeLast()
            }
        }
        if events.count >= limit {
            let victim = events.firstIndex { $0.type == .progress } ?? events.startIndex
            events.remove(at: victim)
            dropped += 1
        }
        events.append(event)
    }

    /// Takes the oldest event.
    mutating func next() -> Event? {
        events.isEmpty ? nil : events.removeFirst()
    }
}
