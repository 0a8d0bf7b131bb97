import ByteCoding

/// The attributes of a message or of a nested attribute, by type. Of two with one type the last one counts.
public struct NetlinkAttributes: Sendable {
    private var values: [Int: ArraySlice<UInt8>] = [:]

    /// Reads attributes to the end of the bytes.
    ///
    /// - Throws: when one claims to be shorter than its header or longer than what is left.
    public init(parsing bytes: ArraySlice<UInt8>) throws(MalformedNetlinkMessage) {
        var reader = ByteReader(bytes)
        while reader.remaining >= 4 {
            let start = reader.offset
            do {
                let length = Int(try reader.native(UInt16.self))
                // The two highest bits mark nesting and byte order; the type is the rest.
                let type = Int(try reader.native(UInt16.self) & 0x3fff)
                guard length >= 4 else {
                    throw MalformedNetlinkMessage("an attribute of \(length) bytes is shorter than its header")
                }
                values[type] = try reader.read(length - 4)
                try reader.skip(min(-length & 3, reader.remaining))
            } catch let error as MalformedNetlinkMessage {
                throw error
            } catch {
                throw MalformedNetlinkMessage("the attribute at byte \(start) is cut short")
            }
        }
    }

    /// An attribute's bytes.
    public func bytes(_ type: Int) -> ArraySlice<UInt8>? {
        values[type]
    }

    /// An attribute as an integer in the machine's byte order; `nil` when absent or of another size.
    public func integer<Value: FixedWidthInteger>(_ type: Int, as: Value.Type = Value.self) -> Value? {
        guard let bytes = values[type], bytes.count == MemoryLayout<Value>.size else { return nil }
        var reader = ByteReader(bytes)
        return try? reader.native()
    }

    /// An attribute as text up to its first NUL.
    public func text(_ type: Int) -> String? {
        values[type].map { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// The attributes inside an attribute; `nil` when it is absent.
    public func nested(_ type: Int) throws(MalformedNetlinkMessage) -> NetlinkAttributes? {
        guard let bytes = values[type] else { return nil }
        return try NetlinkAttributes(parsing: bytes)
    }
}
