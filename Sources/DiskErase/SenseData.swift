import ByteCoding

/// Sense data in fixed or descriptor format (SPC-5 4.4).
struct SenseData: Sendable, Equatable, CustomStringConvertible {
    let key: UInt8
    /// ASC and ASCQ.
    let code: UInt8
    let qualifier: UInt8
    /// 0 to 100, where the disk says how far an operation is.
    let percent: Int?

    /// Reads sense data; `nil` when it is in neither format or ends too early.
    init?(_ bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard let first = try? reader.littleEndian(UInt8.self) else { return nil }
        do throws(ByteReadError) {
            switch first & 0x7f {
            case 0x70, 0x71:
                try reader.seek(to: 2)
                key = try reader.littleEndian(UInt8.self) & 0xf
                try reader.seek(to: 12)
                code = try reader.littleEndian()
                qualifier = try reader.littleEndian()
                percent = (try? reader.seek(to: 15)).flatMap { Self.progress(&reader) }
            case 0x72, 0x73:
                key = try reader.littleEndian(UInt8.self) & 0xf
                code = try reader.littleEndian()
                qualifier = try reader.littleEndian()
                percent = Self.descriptorProgress(&reader)
            default: return nil
            }
        } catch {
            return nil
        }
    }

    /// SANITIZE IN PROGRESS.
    var isSanitizing: Bool { key == 2 && code == 0x04 && qualifier == 0x1b }

    /// SANITIZE COMMAND FAILED.
    var hasFailedSanitizing: Bool { code == 0x31 && qualifier == 0x03 }

    /// The disk tells of an event, such as a reset, instead of answering; the next command will be answered.
    var isUnitAttention: Bool { key == 6 }

    /// The numbers as the standard's tables have them.
    var description: String {
        func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }
        return "the disk answered with sense key \(String(key, radix: 16)), \(hex(code))h/\(hex(qualifier))h"
    }

    /// Sense key specific bytes: SKSV (bit 7), then the progress in 65536ths.
    private static func progress(_ reader: inout ByteReader) -> Int? {
        guard let flags = try? reader.littleEndian(UInt8.self), flags & 0x80 != 0,
            let progress = try? reader.bigEndian(UInt16.self)
        else { return nil }
        return Int(progress) * 100 / 65536
    }

    /// The sense key specific descriptor, type 2.
    private static func descriptorProgress(_ reader: inout ByteReader) -> Int? {
        guard (try? reader.seek(to: 8)) != nil else { return nil }
        while let type = try? reader.littleEndian(UInt8.self), let length = try? reader.littleEndian(UInt8.self),
            let body = try? reader.read(Int(length))
        {
            guard type == 2 else { continue }
            var fields = ByteReader(body)
            guard (try? fields.skip(2)) != nil else { return nil }
            return progress(&fields)
        }
        return nil
    }
}
