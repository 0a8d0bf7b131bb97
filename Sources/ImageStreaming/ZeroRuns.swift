import Glibc

/// A run of one kind within a buffer.
struct ZeroRun: Equatable {
    let range: Range<Int>
    let isZero: Bool
}

/// Finds the long runs of zeros in a buffer.
enum ZeroRuns {
    /// Bytes looked at together.
    static let granule = 64 << 10
    /// Shorter runs of zeros are written with what lies around them: a call of its own costs more.
    static let shortest = 128 << 10

    /// Splits a range of a buffer into runs of zeros and of anything else.
    static func split(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> [ZeroRun] {
        var runs: [ZeroRun] = []
        var dataStart = range.lowerBound
        var position = range.lowerBound
        while position < range.upperBound {
            let zeroStart = position
            while position < range.upperBound, let next = zeroGranule(bytes, position, range.upperBound) {
                position = next
            }
            let isLong = position - zeroStart >= min(shortest, range.count)
            if isLong, position > zeroStart {
                if dataStart < zeroStart { runs.append(ZeroRun(range: dataStart..<zeroStart, isZero: false)) }
                runs.append(ZeroRun(range: zeroStart..<position, isZero: true))
                dataStart = position
            }
            if position < range.upperBound { position = end(of: position, range.upperBound) }
        }
        if dataStart < range.upperBound { runs.append(ZeroRun(range: dataStart..<range.upperBound, isZero: false)) }
        return runs
    }

    private static func end(of start: Int, _ limit: Int) -> Int { min(start + granule, limit) }

    /// The end of the granule at `start` if it is all zeros.
    private static func zeroGranule(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ limit: Int) -> Int? {
        let end = end(of: start, limit)
        guard let base = bytes.baseAddress, start < end, bytes[start] == 0 else { return nil }
        // All bytes are zero if the first is and each equals the next.
        let isZero = memcmp(base + start, base + start + 1, end - start - 1) == 0
        return isZero ? end : nil
    }
}
