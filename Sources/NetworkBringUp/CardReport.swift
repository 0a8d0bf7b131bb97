/// A card and how far it has come.
public struct CardReport: Equatable, Sendable {
    /// The card.
    public let card: NetworkCard
    /// How far it has come.
    public let status: CardStatus

    /// One line: name, PCI address, driver, MAC address, reason.
    public func line(at now: ContinuousClock.Instant) -> String {
        "\(card)  \(status.reason(at: now))"
    }
}
