import CLinux

/// The commands of ioctl(SIOCETHTOOL) about private flags, and their answers, as bytes (linux/ethtool.h).
enum EthtoolCommand {
    /// `ETH_GSTRING_LEN`.
    private static let nameLength = 32
    /// More names than a driver could have flags for. The kernel writes as many as the driver has, whatever was asked
    /// for, so that the room must be for more.
    private static let roomForNames = 512

    /// `struct ethtool_sset_info`: how many private flags there are.
    static var countFlags: [UInt8] {
        words(UInt32(ETHTOOL_GSSET_INFO), 0) + bytes(UInt64(1) << UInt64(ETH_SS_PRIV_FLAGS.rawValue)) + words(0)
    }

    /// How many there are: 0 when the answer's mask is empty, since the driver has none then.
    static func flagCount(in answer: [UInt8]) -> Int {
        guard word(2, in: answer) != 0 || word(3, in: answer) != 0 else { return 0 }
        return min(Int(word(4, in: answer)), UInt32.bitWidth)
    }

    /// `struct ethtool_gstrings`: the flags' names.
    static func nameFlags(count: Int) -> [UInt8] {
        words(UInt32(ETHTOOL_GSTRINGS), ETH_SS_PRIV_FLAGS.rawValue, UInt32(clamping: count))
            + [UInt8](repeating: 0, count: roomForNames * nameLength)
    }

    /// The names: each up to its first NUL.
    static func names(in answer: [UInt8]) -> [String] {
        let count = min(Int(word(2, in: answer)), UInt32.bitWidth)
        let names = answer.dropFirst(12)
        return (0..<count).map { index in
            String(decoding: names.dropFirst(index * nameLength).prefix(nameLength).prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    /// `struct ethtool_value`: asks for the bits.
    static var getFlags: [UInt8] { words(UInt32(ETHTOOL_GPFLAGS), 0) }

    /// The bits.
    static func flags(in answer: [UInt8]) -> UInt32 { word(1, in: answer) }

    /// `struct ethtool_value`: sets the bits.
    static func setFlags(_ bits: UInt32) -> [UInt8] { words(UInt32(ETHTOOL_SPFLAGS), bits) }

    private static func words(_ words: UInt32...) -> [UInt8] { words.flatMap { bytes($0) } }

    private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value) { Array($0) }
    }

    /// The 32-bit word of that number; 0 past the end.
    private static func word(_ number: Int, in answer: [UInt8]) -> UInt32 {
        var word: UInt32 = 0
        withUnsafeMutableBytes(of: &word) { $0.copyBytes(from: answer.dropFirst(number * 4).prefix(4)) }
        return word
    }
}
