/// Which bytes of a disk a captured image has from the disk. All others are zeros in it.
public struct CaptureExtents: Sendable, Equatable {
    /// Bytes of the disk, and of the image.
    public let size: UInt64
    /// Ranges that hold nothing anybody needs: in order, apart from each other, within the disk.
    public let unused: [Range<UInt64>]

    /// Bytes that are not read.
    public var unusedBytes: UInt64 { unused.reduce(0) { $0 + UInt64($1.count) } }

    /// A disk of which these ranges are not needed.
    ///
    /// - Parameter unused: in any order; what overlaps or reaches beyond the disk is cut.
    public init(size: UInt64, unused: [Range<UInt64>] = []) {
        self.size = size
        var merged: [Range<UInt64>] = []
        for range in unused.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            let range = range.clamped(to: 0..<size)
            guard !range.isEmpty else { continue }
            if let last = merged.last, range.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        self.unused = merged
    }

    /// The unused ranges within a piece of the disk, cut to it.
    func unused(in piece: Range<UInt64>) -> [Range<UInt64>] {
        var (low, high) = (0, unused.count)
        while low < high {
            let middle = (low + high) / 2
            if unused[middle].upperBound <= piece.lowerBound { low = middle + 1 } else { high = middle }
        }
        return unused[low...].prefix { $0.lowerBound < piece.upperBound }.map { $0.clamped(to: piece) }
    }

    /// What is left of a piece of the disk without its unused ranges.
    func used(in piece: Range<UInt64>) -> [Range<UInt64>] {
        var ranges: [Range<UInt64>] = []
        var start = piece.lowerBound
        for gap in unused(in: piece) {
            if start < gap.lowerBound { ranges.append(start..<gap.lowerBound) }
            start = gap.upperBound
        }
        if start < piece.upperBound { ranges.append(start..<piece.upperBound) }
        return ranges
    }
}
