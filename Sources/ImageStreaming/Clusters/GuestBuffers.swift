/// Collects bytes of the disk that come in any order into buffers, one for each run that comes in order.
final class GuestBuffers {
    private let take: () throws -> PageBuffer
    private let give: (PageBuffer, _ offset: UInt64, _ count: Int) throws -> Void
    private var buffer: PageBuffer?
    private var offset: UInt64 = 0
    private var count = 0

    /// - Parameters:
    ///   - take: an empty buffer.
    ///   - give: takes a filled one, with the place of its first byte on the disk.
    init(take: @escaping () throws -> PageBuffer, give: @escaping (PageBuffer, UInt64, Int) throws -> Void) {
        self.take = take
        self.give = give
    }

    /// Lets `fill` write bytes that belong at a place on the disk.
    ///
    /// - Parameters:
    ///   - least: so much room there must be, at most a buffer's.
    ///   - fill: gets all the room there is and returns how much of it was used.
    func add(
        at guest: UInt64, least: Int, _ fill: (UnsafeMutableRawBufferPointer) throws -> Int
    ) throws {
        if count > 0, guest != offset + UInt64(count) || PageBuffer.length - count < least { try flush() }
        let current = try buffer ?? take()
        buffer = current
        if count == 0 { offset = guest }
        count += try fill(UnsafeMutableRawBufferPointer(rebasing: current.bytes[count...]))
        if count == PageBuffer.length { try flush() }
    }

    /// Gives away what there is.
    func flush() throws {
        guard count > 0, let full = buffer else { return }
        let length = count
        buffer = nil
        count = 0
        try give(full, offset, length)
    }
}
