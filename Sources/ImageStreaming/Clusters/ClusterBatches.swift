/// Collects bytes of the disk that come in any order into batches, one for each run that comes in order.
final class ClusterBatches {
    private let take: () throws -> PageBuffer
    private let give: (ClusterBatch) throws -> Void
    private let spareInputs = SpareInputs()
    private var current: ClusterBatch?

    /// - Parameters:
    ///   - take: an empty buffer.
    ///   - give: takes a batch.
    init(take: @escaping () throws -> PageBuffer, give: @escaping (ClusterBatch) throws -> Void) {
        self.take = take
        self.give = give
    }

    /// The batch for what belongs at a place on the disk, with room for some bytes, at most a buffer's.
    func batch(at guest: UInt64, room: Int) throws -> ClusterBatch {
        if let current, current.end == guest, current.room >= room { return current }
        try flush()
        let batch = ClusterBatch(try take(), at: guest, spareInputs)
        current = batch
        return batch
    }

    /// Gives away what there is.
    func flush() throws {
        guard let batch = current else { return }
        current = nil
        try give(batch)
    }
}
