import NICNames

/// The names of a card beside the one that the kernel gave it.
public struct CardNames: Equatable, Sendable {
    /// The one that it is to have; `nil` leaves the kernel's.
    public var preferred: String?
    /// All that it answers to. `ethN` is among them once its place in PCI order is known.
    public var aliases: [String]

    /// Names.
    public init(preferred: String?, aliases: [String]) {
        self.preferred = preferred
        self.aliases = aliases
    }

    /// The names that udev would give a link of this machine, and `ethN` by its place in PCI order.
    public init(of link: String, sysfs: String = "/sys") {
        let names = PredictableNames(of: link, sysfs: sysfs)
        let number = NICOrder(sysfs: sysfs).position(of: link)
        self.init(preferred: names.preferred, aliases: names.all + (number.map { ["eth\($0)"] } ?? []))
    }
}
