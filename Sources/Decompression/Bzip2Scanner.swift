/// Looks for the 48 magic bits that begin each block of a bzip2 stream, and its end; at any bit.
struct Bzip2Scanner {
    /// The digits of pi.
    static let blockMagic: UInt64 = 0x3141_5926_5359
    /// Those of its square root.
    static let endMagic: UInt64 = 0x1772_4538_5090

    /// Where magic bits end: so many bits before the end of what was scanned.
    struct Mark: Equatable {
        let isEnd: Bool
        let bitsBehind: Int
    }

    /// The last eight bytes.
    private var window: UInt64 = 0
    private var scannedBytes = 0

    /// Scans up to the byte in which magic bits end.
    ///
    /// - Returns: bytes scanned.
    mutating func scan(_ input: UnsafeRawBufferPointer) -> (used: Int, mark: Mark?) {
        var window = window
        defer { self.window = window }
        for (index, byte) in input.enumerated() {
            window = window << 8 | UInt64(byte)
            // Two bytes that are magic bits whatever the position within the byte.
            let shifts =
                Self.shifts.low[Int(truncatingIfNeeded: window >> 8 & 0xff)]
                & Self.shifts.high[Int(truncatingIfNeeded: window >> 16 & 0xff)]
            guard shifts != 0, let mark = Self.mark(in: window, shifts, scannedBytes + index + 1) else { continue }
            scannedBytes += index + 1
            return (index + 1, mark)
        }
        scannedBytes += input.count
        return (input.count, nil)
    }

    private static func mark(in window: UInt64, _ shifts: UInt16, _ scannedBytes: Int) -> Mark? {
        for shift in 0..<8 where shifts & (0x101 << UInt16(shift)) != 0 && scannedBytes * 8 - shift >= 48 {
            let bits = window >> UInt64(shift) & 0xffff_ffff_ffff
            if bits == blockMagic { return Mark(isEnd: false, bitsBehind: shift) }
            if bits == endMagic { return Mark(isEnd: true, bitsBehind: shift) }
        }
        return nil
    }

    /// For each value of a byte the positions at which it can be the last but one, or the last but two, of those in which
    /// magic bits lie: those of a block in the lower half, those of the end in the upper one.
    private static let shifts: (low: [UInt16], high: [UInt16]) = {
        var low = [UInt16](repeating: 0, count: 256)
        var high = low
        for (magic, half) in [(blockMagic, 0), (endMagic, 8)] {
            for shift in 0..<8 {
                let bit = UInt16(1) << UInt16(shift + half)
                low[Int(truncatingIfNeeded: magic >> UInt64(8 - shift) & 0xff)] |= bit
                high[Int(truncatingIfNeeded: magic >> UInt64(16 - shift) & 0xff)] |= bit
            }
        }
        return (low, high)
    }()
}
