/// What became of a disk that was to be erased, to be printed.
public struct EraseReport: Sendable, Equatable {
    /// The disk's node.
    public let disk: String
    /// How it was erased.
    public internal(set) var way = EraseWay.zeros
    /// Better ways, each with the reason why it was not taken.
    public internal(set) var passedOver: [String] = []

    init(disk: String) {
        self.disk = disk
    }

    /// One sentence without a final full stop. It speaks of erasing only where the disk has erased itself.
    public var summary: String {
        switch way {
        case .zeros:
            "\(disk): overwritten with zeros; flash cells that were remapped may keep old data"
        default: "\(disk): erased by \(way.name), and samples read back prove it"
        }
    }
}
