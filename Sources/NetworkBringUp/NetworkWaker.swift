import LinuxSystem

/// Wakes the engine out of poll(2): a pipe that is written to.
final class NetworkWaker: Sendable {
    private let reader: Descriptor
    private let writer: Descriptor

    init() throws(SystemCallError) {
        (reader, writer) = try Channels.pipe()
        try Channels.setNonBlocking(reader)
        try Channels.setNonBlocking(writer)
    }

    /// Readable after `wake`.
    var descriptor: Int32 { reader.rawValue }

    /// Makes `descriptor` readable. A full pipe is as good as one more byte.
    func wake() {
        withUnsafeBytes(of: UInt8(1)) { byte in
            try? writer.writeAll(byte)
        }
    }

    /// Takes all wake-ups so far.
    func drain() {
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
            while let count = try? reader.read(into: buffer), count == buffer.count {}
        }
    }
}
