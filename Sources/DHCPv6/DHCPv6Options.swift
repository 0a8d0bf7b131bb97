import ByteCoding
import NetworkTypes

/// The options of a message, or those inside an option, in their order. Some may come several times.
public struct DHCPv6Options: Equatable, Sendable {
    private struct Entry: Equatable {
        let option: DHCPv6Option
        let bytes: [UInt8]
    }

    /// More than any server sends.
    private static let limit = 256

    private var entries: [Entry] = []

    /// No options.
    public init() {}

    /// Reads options to the end of the bytes.
    ///
    /// - Throws: `DHCPv6MessageError` when an option claims more bytes than there are, or there are more than 256.
    public init(parsing bytes: ArraySlice<UInt8>) throws(DHCPv6MessageError) {
        var reader = ByteReader(bytes)
        while !reader.isAtEnd {
            guard entries.count < Self.limit else {
                throw DHCPv6MessageError("it has more than \(Self.limit) options")
            }
            do {
                let option = DHCPv6Option(rawValue: try reader.bigEndian())
                let length = Int(try reader.bigEndian(UInt16.self))
                entries.append(Entry(option: option, bytes: Array(try reader.read(length))))
            } catch {
                throw DHCPv6MessageError("an option is cut short")
            }
        }
    }

    /// The codes, in their order.
    public var codes: [DHCPv6Option] { entries.map(\.option) }

    /// The bytes of the first option of this kind.
    public subscript(option: DHCPv6Option) -> [UInt8]? {
        entries.first { $0.option == option }?.bytes
    }

    /// The bytes of all options of this kind.
    public func all(_ option: DHCPv6Option) -> [[UInt8]] {
        entries.filter { $0.option == option }.map(\.bytes)
    }

    /// Appends an option.
    public mutating func append(_ option: DHCPv6Option, _ bytes: [UInt8] = []) {
        entries.append(Entry(option: option, bytes: bytes))
    }

    /// The options as they are sent.
    public var encoded: [UInt8] {
        var writer = ByteWriter()
        for entry in entries {
            let bytes = entry.bytes.prefix(Int(UInt16.max))
            writer.bigEndian(entry.option.rawValue)
            writer.bigEndian(UInt16(clamping: bytes.count))
            writer.append(bytes)
        }
        return writer.bytes
    }

    /// An option that is one integer; `nil` when absent or of another size.
    public func integer<Value: FixedWidthInteger>(_ option: DHCPv6Option, as: Value.Type = Value.self) -> Value? {
        guard let bytes = self[option], bytes.count == MemoryLayout<Value>.size else { return nil }
        var reader = ByteReader(bytes)
        return try? reader.bigEndian()
    }

    /// An option that is a list of addresses; bytes over are passed over.
    public func addresses(_ option: DHCPv6Option) -> [IPv6Address] {
        IPv6Address.list((self[option] ?? [])[...])
    }
}
