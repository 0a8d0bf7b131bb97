import LinuxSystem

/// Writes the image's body; zeros by deallocating them where that is sure and pays. For several threads at once.
final class BodyWriter: Sendable {
    private struct Rates {
        var isPunching = true
        var written: UInt64 = 0
        var writing = Duration.zero
        var punched: UInt64 = 0
        var punching = Duration.zero

        /// Some devices take longer to deallocate than to write. Judged once there is something to judge by.
        var paysOff: Bool {
            guard punched >= 64 << 20, written >= 64 << 20 else { return true }
            return punching / Double(punched) < writing / Double(written)
        }
    }

    private let target: WriteTarget
    private let regions: WithheldRegions
    private let rates = Monitor(Rates())
    /// What is written, where it will be read back.
    let sums: WrittenSums?
    /// For where zeros must be written. Never anything else.
    private let zeros = PageBuffer(length: 1 << 20)

    init(_ target: WriteTarget, _ regions: WithheldRegions, sums: WrittenSums?) {
        self.target = target
        self.regions = regions
        self.sums = sums
        zeros.bytes.initializeMemory(as: UInt8.self, repeating: 0)
    }

    /// Bytes written and bytes deallocated so far.
    var totals: (written: UInt64, punched: UInt64) { rates.update { ($0.written, $0.punched) } }

    /// Writes what belongs to the body of one buffer.
    func write(_ filled: FilledBuffer) throws(ImageWriteError) {
        let end = filled.offset + UInt64(filled.count)
        for piece in regions.body(in: filled.offset..<end) {
            let range = Int(piece.lowerBound - filled.offset)..<Int(piece.upperBound - filled.offset)
            sums?.add(UnsafeRawBufferPointer(rebasing: filled.contents[range]), at: piece.lowerBound)
            for run in ZeroRuns.split(filled.contents, range) {
                try write(run, of: filled)
            }
        }
    }

    /// Makes what belongs to the body of a range read as zeros.
    func writeZeros(_ range: Range<UInt64>) throws(ImageWriteError) {
        for piece in regions.body(in: range) {
            // An image that ends within a sector has all of that.
            let sectorSize = UInt64(target.sectorSize)
            let end = (piece.upperBound + sectorSize - 1) / sectorSize * sectorSize
            var offset = piece.lowerBound
            while offset < end {
                let isLong = end - offset >= UInt64(ZeroRuns.shortest)
                let next = offset + min(end - offset, Self.longestPunch)
                if !isLong || !punch(offset..<next) { try overwrite(offset..<next) }
                offset = next
            }
        }
    }

    /// Bytes deallocated by one call.
    private static let longestPunch: UInt64 = 64 << 20

    private func overwrite(_ range: Range<UInt64>) throws(ImageWriteError) {
        let start = ContinuousClock.now
        var offset = range.lowerBound
        while offset < range.upperBound {
            let count = Int(min(UInt64(zeros.bytes.count), range.upperBound - offset))
            try target.write(UnsafeRawBufferPointer(rebasing: zeros.bytes[..<count]), at: offset)
            offset += UInt64(count)
        }
        let took = start.duration(to: .now)
        rates.update { rates in
            rates.written += range.upperBound - range.lowerBound
            rates.writing += took
        }
    }

    /// Deallocates whole sectors, where that is sure and pays.
    private func punch(_ range: Range<UInt64>) -> Bool {
        guard rates.update({ $0.isPunching }) else { return false }
        let start = ContinuousClock.now
        guard target.punch(range) else {
            // Refused, or failed: writing shows whether the disk itself has a problem.
            rates.update { $0.isPunching = false }
            return false
        }
        let took = start.duration(to: .now)
        rates.update { rates in
            rates.punched += range.upperBound - range.lowerBound
            rates.punching += took
            rates.isPunching = rates.isPunching && rates.paysOff
        }
        return true
    }

    private func write(_ run: ZeroRun, of filled: FilledBuffer) throws(ImageWriteError) {
        let offset = filled.offset + UInt64(run.range.lowerBound)
        let range = offset..<offset + UInt64(run.range.count)
        if run.isZero, isAligned(range), punch(range) { return }
        let start = ContinuousClock.now
        try target.write(sectors(run.range, of: filled), at: offset)
        let took = start.duration(to: .now)
        rates.update { rates in
            rates.written += UInt64(run.range.count)
            rates.writing += took
        }
    }

    private func isAligned(_ range: Range<UInt64>) -> Bool {
        (range.lowerBound | range.upperBound) % UInt64(target.sectorSize) == 0
    }

    /// The bytes, and zeros up to the end of the last sector where an image ends within one.
    private func sectors(_ range: Range<Int>, of filled: FilledBuffer) -> UnsafeRawBufferPointer {
        let sectorSize = target.sectorSize
        let end = (range.upperBound + sectorSize - 1) / sectorSize * sectorSize
        if end > range.upperBound, end <= filled.buffer.bytes.count {
            let padding = UnsafeMutableRawBufferPointer(rebasing: filled.buffer.bytes[range.upperBound..<end])
            padding.initializeMemory(as: UInt8.self, repeating: 0)
        }
        return UnsafeRawBufferPointer(rebasing: filled.buffer.bytes[range.lowerBound..<end])
    }
}
