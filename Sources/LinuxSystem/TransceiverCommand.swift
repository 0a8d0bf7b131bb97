import CLinux

/// The commands of ioctl(SIOCETHTOOL) about the module in a card's cage, and their answers, as bytes (linux/ethtool.h).
enum TransceiverCommand {
    /// `struct ethtool_modinfo`: what kind of memory the module has, and how much.
    static var information: [UInt8] {
        words(UInt32(ETHTOOL_GMODULEINFO)) + [UInt8](repeating: 0, count: 40)
    }

    /// The kind of memory (`ETH_MODULE_SFF_*`) and its bytes.
    static func information(in answer: [UInt8]) -> (layout: UInt32, length: UInt32) {
        (word(1, in: answer), word(2, in: answer))
    }

    /// `struct ethtool_eeprom`: asks for the memory's first bytes.
    static func memory(length: UInt32) -> [UInt8] {
        words(UInt32(ETHTOOL_GMODULEEEPROM), 0, 0, length) + [UInt8](repeating: 0, count: Int(length))
    }

    /// The memory's bytes.
    static func memory(in answer: [UInt8]) -> [UInt8] { Array(answer.dropFirst(16)) }

    private static func words(_ words: UInt32...) -> [UInt8] {
        words.flatMap { word in withUnsafeBytes(of: word) { Array($0) } }
    }

    /// The 32-bit word of that number; 0 past the end.
    private static func word(_ number: Int, in answer: [UInt8]) -> UInt32 {
        var word: UInt32 = 0
        withUnsafeMutableBytes(of: &word) { $0.copyBytes(from: answer.dropFirst(number * 4).prefix(4)) }
        return word
    }
}
