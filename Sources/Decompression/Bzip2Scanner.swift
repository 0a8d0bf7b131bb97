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

    /// Of the 24 bits that say where in a block its sorting begins: libbz2 takes no more.
    private static let lastOrigin: UInt64 = 900_009

    /// The last eight bytes.
    private var window: UInt64 = 0
    /// The eight before them.
    private var older: UInt64 = 0
    private var scannedBytes = 0

    /// Scans up to the byte in which the magic bits of an end do end, or to eight bytes behind those of a block.
    ///
    /// - Returns: bytes scanned.
    mutating func scan(_ input: UnsafeRawBufferPointer) -> (used: Int, mark: Mark?) {
        var (window, older) = (window, older)
        defer { (self.window, self.older) = (window, older) }
        for (index, byte) in input.enumerated() {
            older = older << 8 | window >> 56
            window = window << 8 | UInt64(byte)
            let shifts = Self.block.shifts(in: older) | Self.end.shifts(in: window) << 8
            guard shifts != 0 else { continue }
            guard let mark = Self.mark(shifts, window, older, bits: (scannedBytes + index + 1) * 8) else { continue }
            scannedBytes += index + 1
            return (index + 1, mark)
        }
        scannedBytes += input.count
        return (input.count, nil)
    }

    private static func mark(_ shifts: UInt16, _ window: UInt64, _ older: UInt64, bits: Int) -> Mark? {
        for shift in 0..<8 {
            if shifts & (1 << UInt16(shift)) != 0, bits >= 64 + shift + 48, block.isFound(in: older, shift) {
                // A CRC of 32 bits and one bit more, then where the sorting begins.
                let following = window >> UInt64(shift) | older << UInt64(64 - shift)
                if following >> 7 & 0xff_ffff <= lastOrigin { return Mark(isEnd: false, bitsBehind: 64 + shift) }
            }
            if shifts & (0x100 << UInt16(shift)) != 0, bits >= shift + 48, end.isFound(in: window, shift) {
                return Mark(isEnd: true, bitsBehind: shift)
            }
        }
        return nil
    }

    private static let block = Magic(blockMagic)
    private static let end = Magic(endMagic)
}

/// Finds 48 bits quickly at any of eight positions.
private struct Magic {
    private let bits: UInt64
    /// For each value of a byte the positions at which it can be the last but one, or the last but two, of those in which
    /// the bits lie; the whole of these two is magic bits at every position.
    private var last = [UInt16](repeating: 0, count: 256)
    private var lastButOne = [UInt16](repeating: 0, count: 256)

    init(_ bits: UInt64) {
        self.bits = bits
        for shift in 0..<8 {
            last[Int(bits >> UInt64(8 - shift) & 0xff)] |= 1 << UInt16(shift)
            lastButOne[Int(bits >> UInt64(16 - shift) & 0xff)] |= 1 << UInt16(shift)
        }
    }

    /// The positions that are possible, counted in bits before the end of a window, as bits of a number.
    func shifts(in window: UInt64) -> UInt16 {
        last[Int(window >> 8 & 0xff)] & lastButOne[Int(window >> 16 & 0xff)]
    }

    func isFound(in window: UInt64, _ shift: Int) -> Bool {
        window >> UInt64(shift) & 0xffff_ffff_ffff == bits
    }
}
