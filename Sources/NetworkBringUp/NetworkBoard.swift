/// What the threads of one bring-up know of each other.
struct NetworkBoard: Sendable {
    enum Phase {
        /// No card is usable yet.
        case waiting
        /// Some card is, or has been.
        case usable
        /// Given up or no longer wanted.
        case ended
    }

    var phase = Phase.waiting
    /// Called once when `waiting` ends; absent before the start and after the call.
    var completion: (@Sendable (NetworkError?) -> Void)?
    /// Why it ended, when it ended before `completion` was there.
    var earlyEnd: NetworkError?
    var cards: [CardReport] = []
    var state = NetworkState(cards: [], nameServers: [], searchDomains: [], ntpServers: [])
    /// Since when the engine has been at work without looking for news; `nil` while it waits for some.
    var busySince: ContinuousClock.Instant?
    /// Answers of the threads that started cards: the card's index, and why it did not start.
    var startAnswers: [(index: Int32, failure: String?)] = []
}
