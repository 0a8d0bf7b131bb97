/// The checksum of ext4's and XFS's metadata: CRC-32C (RFC 3720 12.1) without the inversion at its end.
enum CRC32C {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0x82f6_3b78 : value >> 1 }
    }

    /// Goes on from the checksum of what comes before, at first all ones.
    static func checksum(_ bytes: some Sequence<UInt8>, from start: UInt32 = ~0) -> UInt32 {
        bytes.reduce(start) { $0 >> 8 ^ table[Int(($0 ^ UInt32($1)) & 0xff)] }
    }
}
