/// Wakes a thread out of poll(2): a pipe that is written to.
public final class Waker: Sendable {
    private let reader: Descriptor
    private let writer: Descriptor

    /// A waker that nobody has woken yet.
    public init() throws(SystemCallError) {
        (reader, writer) = try Channels.pipe()
        try Channels.setNonBlocking(reader)
        try Channels.setNonBlocking(writer)
    }

    /// Readable after `wake`.
    public var descriptor: Int32 { reader.rawValue }

    /// Makes `descriptor` readable. A full pipe is as good as one more byte.
    public func wake() {
        withUnsafeBytes(of: UInt8(1)) { byte in
            try? writer.writeAll(byte)
        }
    }

    /// Takes all wake-ups so far.
    public func drain() {
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
            while let count = try? reader.read(into: buffer), count == buffer.count {}
        }
    }
}
