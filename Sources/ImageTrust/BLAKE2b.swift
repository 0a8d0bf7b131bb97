/// The hash BLAKE2b with a digest of 64 bytes and no key (RFC 7693), over bytes that come piece by piece: what minisign
/// signs instead of a large file.
public struct BLAKE2b: Sendable {
    private static let blockLength = 128
    private static let initial = SIMD8<UInt64>(
        0x6a09_e667_f3bc_c908, 0xbb67_ae85_84ca_a73b, 0x3c6e_f372_fe94_f82b, 0xa54f_f53a_5f1d_36f1,
        0x510e_527f_ade6_82d1, 0x9b05_688c_2b3e_6c1f, 0x1f83_d9ab_fb41_bd6b, 0x5be0_cd19_137e_2179)
    /// Which word of the message each step takes, 16 in a round (2.7); the last two of twelve rounds are as the first two.
    private static let schedule: [[Int]] = [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
        [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4], [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
        [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13], [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
        [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11], [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
        [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5], [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
    ]
    private static let steps = (schedule + schedule.prefix(2)).flatMap { $0 }

    private var state = initial
    private var length: UInt64 = 0
    private var waiting: [UInt8] = []

    /// The hash of nothing.
    public init() {
        // The parameter block (2.5): one tree, no key, 64 bytes.
        state[0] ^= 0x0101_0000 ^ 64
    }

    /// Takes more bytes.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        // The last block is treated in its own way, so a full one waits until more comes.
        if !waiting.isEmpty {
            let part = rest.prefix(Self.blockLength - waiting.count)
            waiting.append(contentsOf: part)
            rest = rest.dropFirst(part.count)
            guard waiting.count == Self.blockLength, !rest.isEmpty else { return }
            let block = waiting
            waiting.removeAll(keepingCapacity: true)
            block.withUnsafeBytes { compress($0, isLast: false, count: Self.blockLength) }
        }
        while rest.count > Self.blockLength {
            compress(
                UnsafeRawBufferPointer(rebasing: rest.prefix(Self.blockLength)), isLast: false,
                count: Self.blockLength)
            rest = rest.dropFirst(Self.blockLength)
        }
        waiting.append(contentsOf: rest)
    }

    /// The digest of all that was taken: 64 bytes.
    public func finalize() -> [UInt8] {
        var last = self
        let block = waiting + [UInt8](repeating: 0, count: Self.blockLength - waiting.count)
        block.withUnsafeBytes { last.compress($0, isLast: true, count: waiting.count) }
        return last.state.indices.flatMap { index in
            withUnsafeBytes(of: last.state[index].littleEndian) { Array($0) }
        }
    }

    /// Mixes a block of 128 bytes in (3.2).
    private mutating func compress(_ block: UnsafeRawBufferPointer, isLast: Bool, count: Int) {
        length &+= UInt64(count)
        var (v0, v1, v2, v3) = (state[0], state[1], state[2], state[3])
        var (v4, v5, v6, v7) = (state[4], state[5], state[6], state[7])
        var (v8, v9, v10, v11) = (Self.initial[0], Self.initial[1], Self.initial[2], Self.initial[3])
        var (v12, v13) = (Self.initial[4] ^ length, Self.initial[5])
        var (v14, v15) = (isLast ? ~Self.initial[6] : Self.initial[6], Self.initial[7])
        Self.steps.withUnsafeBufferPointer { steps in
            func word(_ step: Int) -> UInt64 {
                UInt64(littleEndian: block.loadUnaligned(fromByteOffset: 8 * steps[step], as: UInt64.self))
            }
            for round in stride(from: 0, to: steps.count, by: 16) {
                Self.mix(&v0, &v4, &v8, &v12, word(round), word(round + 1))
                Self.mix(&v1, &v5, &v9, &v13, word(round + 2), word(round + 3))
                Self.mix(&v2, &v6, &v10, &v14, word(round + 4), word(round + 5))
                Self.mix(&v3, &v7, &v11, &v15, word(round + 6), word(round + 7))
                Self.mix(&v0, &v5, &v10, &v15, word(round + 8), word(round + 9))
                Self.mix(&v1, &v6, &v11, &v12, word(round + 10), word(round + 11))
                Self.mix(&v2, &v7, &v8, &v13, word(round + 12), word(round + 13))
                Self.mix(&v3, &v4, &v9, &v14, word(round + 14), word(round + 15))
            }
        }
        state ^= SIMD8(v0, v1, v2, v3, v4, v5, v6, v7) ^ SIMD8(v8, v9, v10, v11, v12, v13, v14, v15)
    }

    /// The function G (3.1).
    @inline(__always) private static func mix(
        _ a: inout UInt64, _ b: inout UInt64, _ c: inout UInt64, _ d: inout UInt64, _ x: UInt64, _ y: UInt64
    ) {
        a = a &+ b &+ x
        d = rotated(d ^ a, 32)
        c = c &+ d
        b = rotated(b ^ c, 24)
        a = a &+ b &+ y
        d = rotated(d ^ a, 16)
        c = c &+ d
        b = rotated(b ^ c, 63)
    }

    @inline(__always) private static func rotated(_ word: UInt64, _ count: UInt64) -> UInt64 {
        word &>> count | word &<< (64 - count)
    }
}
