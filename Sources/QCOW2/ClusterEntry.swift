/// What an entry of a level-2 table says of one cluster.
enum ClusterEntry: Equatable {
    /// Zeros, wherever it says so or says nothing: without a backing file both are the same.
    case zeros
    /// As it is on the disk, at an offset in the file.
    case plain(UInt64)
    /// Compressed, in so many bytes of the file at most: what follows in the last of 512 may be something else.
    case compressed(UInt64, length: UInt64)
    /// Of its 32 subclusters those of the bits are as they are on the disk, and the others zeros.
    case subclusters(UInt64, UInt32)

    /// The bits of an entry that are an offset in the file.
    static let offsetMask: UInt64 = 0x00ff_ffff_ffff_fe00

    /// - Parameters:
    ///   - descriptor: the entry, or its first half.
    ///   - bitmap: the second half of an entry with subclusters.
    init(_ descriptor: UInt64, bitmap: UInt64?, clusterBits: UInt32) throws(QCOW2Refusal) {
        let isCompressed = descriptor & 1 << 62 != 0
        if isCompressed {
            let offsetBits = UInt64(62 - (clusterBits - 8))
            let offset = descriptor & (1 << offsetBits - 1)
            let sectors = (descriptor & (1 << 62 - 1)) >> offsetBits + 1
            self = .compressed(offset, length: sectors * 512 - offset % 512)
            return
        }
        let offset = descriptor & Self.offsetMask
        guard offset % (1 << UInt64(clusterBits)) == 0 else {
            throw .damaged("a cluster is said to begin at byte \(offset)")
        }
        guard let bitmap else {
            self = descriptor & 1 != 0 || offset == 0 ? .zeros : .plain(offset)
            return
        }
        let allocated = UInt32(truncatingIfNeeded: bitmap)
        guard allocated & UInt32(truncatingIfNeeded: bitmap >> 32) == 0, offset != 0 || allocated == 0 else {
            throw .damaged("the subclusters of the cluster at byte \(offset) contradict each other")
        }
        switch allocated {
        case 0: self = .zeros
        case .max: self = .plain(offset)
        default: self = .subclusters(offset, allocated)
        }
    }
}
