import ByteCoding

/// Text as firmware keeps it: UCS-2, two bytes a character in little-endian order, ended by a zero (UEFI specification
/// 2.3.1, CHAR16).
enum FirmwareText {
    /// The text with its final zero. What UCS-2 has no room for, and a zero, becomes `?`.
    static func encode(_ text: String) -> [UInt8] {
        var writer = ByteWriter()
        for scalar in text.unicodeScalars {
            writer.littleEndian(UInt16(exactly: scalar.value).flatMap { $0 == 0 ? nil : $0 } ?? UInt16(0x3F))
        }
        writer.littleEndian(UInt16(0))
        return writer.bytes
    }

    /// Reads text and the zero behind it. Halves of surrogate pairs become U+FFFD.
    ///
    /// - Throws: when the bytes end before the zero.
    static func decode(_ reader: inout ByteReader) throws(ByteReadError) -> String {
        var units: [UInt16] = []
        while true {
            let unit = try reader.littleEndian(UInt16.self)
            if unit == 0 { return String(decoding: units, as: UTF16.self) }
            units.append(unit)
        }
    }
}
