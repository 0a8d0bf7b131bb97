/// What the threads of one bring-up know of each other.
struct NetworkBoard: Sendable {
    /// What others ask of the engine.
    struct Wishes: Sendable {
        /// The link whose default route is to be used, by its index.
        var preferred: Int32?
        /// Cards that the configuration does not name get addresses from DHCP.
        var usesRest = false
        /// Leases are given back, and then it is over.
        var release = false
        /// It is over.
        var isOver = false
    }

    /// Whether some card is usable, or has been.
    var isUsable = false
    /// Why the engine could not begin.
    var failure: String?
    var cards: [CardReport] = []
    var state = NetworkState(cards: [], nameServers: [], searchDomains: [], ntpServers: [])
    /// What the configuration names and is not there, one clause each.
    var missing: [String] = []
    var wishes = Wishes()
    /// Whether the engine has ended.
    var hasStopped = false
    /// Since when the engine has been at work without looking for news; `nil` while it waits for some.
    var busySince: ContinuousClock.Instant?
    /// Answers of the threads that started cards: the card's index, and why it did not start.
    var startAnswers: [(index: Int32, failure: String?)] = []
    /// What was found in the cages of cards without a carrier: the card's index, and what its module means.
    var wireAnswers: [(index: Int32, finding: String?)] = []
}
