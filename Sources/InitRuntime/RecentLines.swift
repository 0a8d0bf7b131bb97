/// The last lines that went to the consoles, for the failure block of an agent that can no longer print its own.
struct RecentLines {
    private static let lineLimit = 20
    private static let byteLimit = 512
    private var lines: [[UInt8]] = []
    private var current: [UInt8] = []

    /// Takes bytes as they pass.
    mutating func take(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                if !current.isEmpty { lines.append(current) }
                current.removeAll(keepingCapacity: true)
                if lines.count > Self.lineLimit { lines.removeFirst() }
            } else if current.count < Self.byteLimit {
                current.append(byte)
            }
        }
    }

    /// The lines, oldest first, with the unfinished one.
    var all: [String] {
        (current.isEmpty ? lines : lines + [current]).map { String(decoding: $0, as: UTF8.self) }
    }
}
