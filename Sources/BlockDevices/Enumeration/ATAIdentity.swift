import ByteCoding

/// What an ATA disk says of itself: the 512 bytes of IDENTIFY DEVICE data (ACS-3 7.12.7), which SATL passes on in VPD page
/// 0x89.
struct ATAIdentity: Equatable {
    /// Words 10 to 19.
    let serial: String
    /// Words 23 to 26.
    let firmware: String
    /// Words 27 to 46.
    let model: String
    /// Words 108 to 111 with their prefix `naa.`; empty when the disk has none.
    let worldwideName: String

    /// Bytes of the data.
    static let length = 512

    /// Reads the data; `nil` when it is too short or not that of an ATA device.
    init?(_ data: ArraySlice<UInt8>) {
        var reader = ByteReader(data)
        do throws(ByteReadError) {
            let words = try (0..<256).map { _ throws(ByteReadError) -> UInt16 in try reader.littleEndian() }
            // Bit 15 of the first word tells ATAPI devices.
            guard words.contains(where: { $0 != 0 }), words[0] & 0x8000 == 0 else { return nil }
            serial = Self.text(words[10...19])
            firmware = Self.text(words[23...26])
            model = Self.text(words[27...46])
            // Word 87 says whether there is a name; its upper two bits say whether it holds itself.
            let hasName = words[87] & 0xc100 == 0x4100
            worldwideName = hasName ? "naa." + VitalProductData.hex(words[108...111].flatMap(Self.bytes)) : ""
        } catch {
            return nil
        }
    }

    /// The upper half of a word is its first character.
    private static func bytes(_ word: UInt16) -> [UInt8] {
        [UInt8(truncatingIfNeeded: word >> 8), UInt8(truncatingIfNeeded: word)]
    }

    private static func text(_ words: ArraySlice<UInt16>) -> String {
        VitalProductData.text(words.flatMap(bytes)[...])
    }
}
