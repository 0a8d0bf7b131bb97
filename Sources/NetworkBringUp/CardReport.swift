/// A card and how far it has come.
public struct CardReport: Equatable, Sendable {
    /// The card.
    public let card: NetworkCard
    /// How far it has come.
    public let status: CardStatus
    /// The configuration leaves it to others.
    let isFree: Bool
    /// Since when it has had an address but no carrier.
    let lostAt: ContinuousClock.Instant?
    /// It has a carrier, and nothing has come in on it since.
    let isDeaf: Bool

    private static let deafness =
        "; not one packet has come in: the link may work in one direction only, or the switch port is blocked"

    /// One line: name, PCI address, driver, MAC address, reason.
    public func line(at now: ContinuousClock.Instant) -> String {
        "\(card)  \(status.reason(at: now))"
            + (isDeaf ? Self.deafness : "")
            + (lostAt.map { "; its carrier has been away for \($0.text(until: now))" } ?? "")
    }
}
