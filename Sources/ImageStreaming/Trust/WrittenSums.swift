import LinuxSystem

/// A keyed sum of each MiB of a disk: what was written there, for a comparison with what is read back. Thread-safe.
///
/// A MiB's sum is that of its words of eight bytes, each multiplied by a random number of its place, modulo 2^128. So
/// pieces may come in any order and split anywhere, zeros need not come at all, and two contents that differ have the same
/// sum with a chance of one in 2^63 at most.
final class WrittenSums: Sendable {
    /// Bytes that have one sum.
    static let length = 1 << 20

    /// A number of the place of each word.
    private let keys: [UInt64]
    private let sums = Monitor<[UInt64: UInt128]>([:])

    init() {
        keys = (0..<Self.length / 8).map { _ in UInt64.random(in: .min ... .max) }
    }

    /// Adds bytes that were, or will be, written at a place that nothing else is written to.
    func add(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) {
        split(bytes, at: offset) { number, sum in
            guard sum != 0 else { return }
            sums.update { $0[number, default: 0] &+= sum }
        }
    }

    /// The first MiB of which something else was read than was written.
    ///
    /// - Parameters:
    ///   - bytes: what was read; they begin and end at the bounds of a MiB, or where nothing more was written.
    ///   - offset: of the first of them on the disk.
    ///   - pieces: the parts of the disk in them that count.
    /// - Returns: where it begins; `nil` when all are right.
    func firstDifference(
        in bytes: UnsafeRawBufferPointer, at offset: UInt64, pieces: [Range<UInt64>]
    ) -> UInt64? {
        var read: [UInt64: UInt128] = [:]
        for piece in pieces {
            let range = Int(piece.lowerBound - offset)..<Int(piece.upperBound - offset)
            split(UnsafeRawBufferPointer(rebasing: bytes[range]), at: piece.lowerBound) { number, sum in
                read[number, default: 0] &+= sum
            }
        }
        let different = sums.update { written in read.filter { (written[$0.key] ?? 0) != $0.value } }
        return different.keys.min().map { $0 * UInt64(Self.length) }
    }

    private func split(_ bytes: UnsafeRawBufferPointer, at offset: UInt64, _ body: (UInt64, UInt128) -> Void) {
        let length = UInt64(Self.length)
        var done = 0
        while done < bytes.count {
            let place = offset + UInt64(done)
            let within = Int(place % length)
            let count = min(bytes.count - done, Self.length - within)
            let piece = UnsafeRawBufferPointer(rebasing: bytes[done..<done + count])
            body(place / length, sum(of: piece, from: within))
            done += count
        }
    }

    /// The sum of bytes that begin at a place within a MiB and end in it.
    private func sum(of bytes: UnsafeRawBufferPointer, from within: Int) -> UInt128 {
        keys.withUnsafeBufferPointer { keys in
            var (low, high): (UInt64, UInt64) = (0, 0)
            func add(_ word: UInt64, _ number: Int) {
                let product = word.multipliedFullWidth(by: keys[number])
                let (sum, isOver) = low.addingReportingOverflow(product.low)
                low = sum
                high = high &+ product.high &+ (isOver ? 1 : 0)
            }
            var index = 0
            // A word that begins or ends elsewhere is the sum of its bytes, each at its place.
            func addByte() {
                add(UInt64(bytes[index]) << UInt64((within + index) % 8 * 8), (within + index) / 8)
                index += 1
            }
            while index < bytes.count, (within + index) % 8 != 0 { addByte() }
            while bytes.count - index >= 8 {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
                if word != 0 { add(word, (within + index) / 8) }
                index += 8
            }
            while index < bytes.count { addByte() }
            return UInt128(high) << 64 | UInt128(low)
        }
    }
}
