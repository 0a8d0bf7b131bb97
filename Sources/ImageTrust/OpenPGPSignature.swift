import ByteCoding

/// A detached OpenPGP signature, in binary or armoured: signature packets and nothing else, so that no program can take a
/// signed message in it for what was signed.
public struct OpenPGPSignature: Equatable, Sendable {
    /// A file with more bytes is none.
    public static let longestFile = 64 << 10

    /// The packets.
    public let bytes: [UInt8]

    /// Reads a signature file.
    ///
    /// - Parameter name: the file's location, for errors.
    /// - Throws: `SignatureError.notOpenPGP`.
    public init(file: [UInt8], name: String) throws(SignatureError) {
        guard
            let bytes = file.first.map({ $0 & 0x80 != 0 }) == true
                ? file : OpenPGPArmor.decoded(file, kind: "SIGNATURE")
        else { throw .notOpenPGP(name, reason: "it is neither binary nor a block \"PGP SIGNATURE\"") }
        do {
            var reader = ByteReader(bytes)
            while !reader.isAtEnd {
                guard try Self.skipPacket(&reader) == 2 else {
                    throw SignatureError.notOpenPGP(name, reason: "it holds other things than signatures")
                }
            }
        } catch let error as SignatureError {
            throw error
        } catch {
            throw .notOpenPGP(name, reason: "it is damaged")
        }
        self.bytes = bytes
    }

    /// Passes over a packet (RFC 9580 4.2).
    ///
    /// - Returns: its type; `nil` when it is none, or has no length of its own.
    private static func skipPacket(_ reader: inout ByteReader) throws(ByteReadError) -> UInt8? {
        let first: UInt8 = try reader.bigEndian()
        guard first & 0x80 != 0 else { return nil }
        let isPresentForm = first & 0x40 != 0
        let length: Int
        if isPresentForm {
            let octet: UInt8 = try reader.bigEndian()
            switch octet {
            case ..<192: length = Int(octet)
            case ..<224: length = (Int(octet) - 192) << 8 + Int(try reader.bigEndian(UInt8.self)) + 192
            case 255: length = Int(try reader.bigEndian(UInt32.self))
            default: return nil
            }
        } else {
            switch first & 3 {
            case 0: length = Int(try reader.bigEndian(UInt8.self))
            case 1: length = Int(try reader.bigEndian(UInt16.self))
            case 2: length = Int(try reader.bigEndian(UInt32.self))
            default: return nil
            }
        }
        try reader.skip(length)
        return isPresentForm ? first & 0x3f : first >> 2 & 0x0f
    }
}
