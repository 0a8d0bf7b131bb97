/// Lines that wait for the controller: a queue of limited size that counts what it had to drop.
struct LogBuffer: Sendable {
    private var lines: [String] = []
    private var head = 0
    private var bytes = 0
    private let limit: Int
    /// Lines dropped since the last batch, which the next batch says.
    private var dropped = 0
    /// Lines dropped in all.
    private(set) var totalDropped = 0

    /// An empty buffer that holds lines of at most so many bytes, line ends included.
    init(limit: Int) {
        self.limit = max(limit, 1)
    }

    /// Whether no line waits.
    var isEmpty: Bool { head == lines.count }
    /// Bytes of the lines that wait.
    var count: Int { bytes }

    /// Appends a line, dropping the oldest ones until it fits.
    mutating func append(_ line: String) {
        lines.append(line)
        bytes += line.utf8.count + 1
        while bytes > limit, head < lines.count { drop() }
        compact()
    }

    /// Takes lines from the front, oldest first, at least one and at most so many bytes. Where lines are missing, a
    /// line of its own says how many.
    mutating func takeBatch(limit: Int) -> (text: String, lines: Int)? {
        guard !isEmpty else { return nil }
        var text = ""
        if dropped > 0 {
            text +=
                "[WARNING] log lines were dropped because the controller did not take them in time count=\(dropped)\n"
            dropped = 0
        }
        var taken = 0
        while head < lines.count, taken == 0 || text.utf8.count + lines[head].utf8.count < limit {
            text += lines[head] + "\n"
            bytes -= lines[head].utf8.count + 1
            head += 1
            taken += 1
        }
        compact()
        return (text, taken)
    }

    /// Counts lines of a batch that the controller finally refused.
    mutating func countLost(_ count: Int) {
        dropped += count
        totalDropped += count
    }

    private mutating func drop() {
        bytes -= lines[head].utf8.count + 1
        head += 1
        dropped += 1
        totalDropped += 1
    }

    /// Lets go of the front once it is the larger part, so that each line is moved a constant number of times.
    private mutating func compact() {
        guard head > 64, head > lines.count / 2 else { return }
        lines.removeFirst(head)
        head = 0
    }
}
