/// What releasing a disk did, to be printed.
public struct ReleaseReport: Sendable, Equatable, CustomStringConvertible {
    /// Arrays and mapped devices that were stopped, the topmost first, and what stopping them wrote.
    public internal(set) var stopped: [String] = []
    /// What was zeroed and wiped, in order.
    public internal(set) var wiped: [String] = []
    /// What was left as it was, such as other disks' members of a stopped array.
    public internal(set) var left: [String] = []

    /// A report of nothing.
    public init() {}

    /// One line for each.
    public var lines: [String] {
        stopped.map { "stopped \($0)" } + wiped.map { "wiped \($0)" } + left.map { "left \($0)" }
    }

    /// All lines.
    public var description: String { lines.joined(separator: "\n") }
}
