/// The reflected CRC-32 with the polynomial 0x04c11db7, as a GPT uses it (UEFI specification 5.3.2, ISO 3309).
public enum CRC32 {
    private static let table: [UInt32] = (UInt32(0)..<256).map { start in
        (0..<8).reduce(start) { remainder, _ in
            remainder & 1 == 1 ? remainder >> 1 ^ 0xedb8_8320 : remainder >> 1
        }
    }

    /// The checksum of some bytes; that of `123456789` in ASCII is 0xcbf43926.
    public static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~remainder(of: bytes, from: .max)
    }

    /// The bare division without the final inversion, from any start, as LVM uses it.
    public static func remainder(of bytes: some Sequence<UInt8>, from start: UInt32) -> UInt32 {
        let table = Self.table
        return bytes.reduce(start) { $0 >> 8 ^ table[Int(($0 ^ UInt32($1)) & 0xff)] }
    }
}
