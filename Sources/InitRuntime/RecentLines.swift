/// The last lines that went to the consoles, for the failure block of an agent that can no longer print its own.
struct RecentLines {
    private static let lineLimit = 20
    private static let byteLimit = 512
    private var lines: [[UInt8]] = []
    private var current: [UInt8] = []
    /// A carriage return was seen: unless a newline follows, the line is being overwritten in place.
    private var returned = false

    /// Takes bytes as they pass.
    mutating func take(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                if !current.isEmpty { lines.append(current) }
                current.removeAll(keepingCapacity: true)
                if lines.count > Self.lineLimit { lines.removeFirst() }
            } else if byte != UInt8(ascii: "\r") {
                if returned { current.removeAll(keepingCapacity: true) }
                if current.count < Self.byteLimit { current.append(byte) }
            }
            returned = byte == UInt8(ascii: "\r")
        }
    }

    /// The lines, oldest first, with the unfinished one.
    var all: [String] {
        (current.isEmpty ? lines : lines + [current]).map { String(decoding: $0, as: UTF8.self) }
    }
}
