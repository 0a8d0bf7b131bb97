/// The checksum of IP and UDP (RFC 1071): the ones' complement sum of 16-bit words.
struct InternetChecksum {
    private var sum: UInt64 = 0

    /// Adds bytes; only the last piece may have an odd length.
    mutating func add(_ bytes: some Sequence<UInt8>) {
        var isHigh = true
        for byte in bytes {
            sum &+= isHigh ? UInt64(byte) << 8 : UInt64(byte)
            isHigh.toggle()
        }
    }

    /// The checksum field's value; 0 over data that holds a correct checksum.
    var value: UInt16 {
        var folded = sum
        while folded >> 16 != 0 { folded = folded & 0xffff + folded >> 16 }
        return ~UInt16(truncatingIfNeeded: folded)
    }
}
