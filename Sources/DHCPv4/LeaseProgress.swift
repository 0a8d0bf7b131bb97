extension LeaseMachine {
    /// How far the search for a lease has come; for messages to people.
    public struct Progress: Equatable, Sendable {
        /// DISCOVER messages sent since the search began.
        public internal(set) var discoversSent = 0
        /// Usable offers received since the search began.
        public internal(set) var offersReceived = 0
        /// Why the last unusable message of a server was passed over.
        public internal(set) var lastIgnored: String?
        /// The last failed attempt.
        public internal(set) var lastFailure: LeaseFailure?
        /// When the search began.
        public internal(set) var begun: ContinuousClock.Instant?
    }
}
