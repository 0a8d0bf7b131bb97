import ByteCoding

/// A part of a data unit: type, length and value (IEEE 802.1AB 8.4).
struct LLDPPart {
    /// The types of IEEE 802.1AB table 8-1.
    struct Kind: RawRepresentable, Equatable {
        let rawValue: UInt8

        static let end = Kind(rawValue: 0)
        static let chassisID = Kind(rawValue: 1)
        static let portID = Kind(rawValue: 2)
        static let ttl = Kind(rawValue: 3)
        static let portDescription = Kind(rawValue: 4)
        static let systemName = Kind(rawValue: 5)
        static let systemDescription = Kind(rawValue: 6)
        static let systemCapabilities = Kind(rawValue: 7)
        static let managementAddress = Kind(rawValue: 8)
        static let organisation = Kind(rawValue: 127)
    }

    let type: Kind
    let value: ArraySlice<UInt8>
}

/// Takes a data unit apart. Each part takes at least the two bytes of its header, so that the parts come to an end.
struct LLDPPartReader {
    private var reader: ByteReader

    init(_ payload: ArraySlice<UInt8>) {
        reader = ByteReader(payload)
    }

    /// The next part; `nil` at the end of the bytes, which some senders reach without the end part.
    mutating func next() throws(LLDPDUError) -> LLDPPart? {
        guard !reader.isAtEnd else { return nil }
        do {
            // Seven bits of type, nine of length.
            let header: UInt16 = try reader.bigEndian()
            let value = try reader.read(Int(header & 0x1ff))
            return LLDPPart(type: .init(rawValue: UInt8(truncatingIfNeeded: header >> 9)), value: value)
        } catch {
            throw LLDPDUError("a part of it is cut short")
        }
    }

    /// The part that must come now: a subtype, and the octets of a name.
    mutating func identifier(
        _ type: LLDPPart.Kind, _ name: String, _ kind: (UInt8) -> LLDPIdentifier.Kind
    ) throws(LLDPDUError) -> LLDPIdentifier {
        guard let part = try next(), part.type == type else {
            throw LLDPDUError("the \(name) is not where it must be")
        }
        guard let subtype = part.value.first, (2...256).contains(part.value.count) else {
            throw LLDPDUError("the \(name) is of \(part.value.count) bytes")
        }
        return LLDPIdentifier(kind: kind(subtype), octets: part.value.dropFirst())
    }

    /// The part that must come now: seconds to live. Bytes over are passed over.
    mutating func ttl() throws(LLDPDUError) -> UInt16 {
        guard let part = try next(), part.type == .ttl else {
            throw LLDPDUError("the time to live is not where it must be")
        }
        var value = ByteReader(part.value)
        guard let seconds = try? value.bigEndian(UInt16.self) else {
            throw LLDPDUError("the time to live is of \(part.value.count) bytes")
        }
        return seconds
    }
}
