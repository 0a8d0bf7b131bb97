import ByteCoding
import NetworkTypes

/// The options of a message. An option that came in several parts is one value here (RFC 3396).
public struct DHCPOptions: Equatable, Sendable {
    private var values: [DHCPOption: [UInt8]] = [:]
    private var order: [DHCPOption] = []

    /// No options.
    public init() {}

    /// An option's bytes; setting them appends the option, or replaces it where it stands.
    public subscript(option: DHCPOption) -> [UInt8]? {
        get { values[option] }
        set {
            if values[option] == nil, newValue != nil { order.append(option) }
            if newValue == nil { order.removeAll { $0 == option } }
            values[option] = newValue
        }
    }

    /// The codes, in the order of their first part.
    public var codes: [DHCPOption] { order }

    /// Appends the options of one field, up to the end option (255). Pads (0) are passed over.
    ///
    /// - Throws: `DHCPMessageError` when an option claims more bytes than there are. A missing end option is no error:
    ///   servers leave it out.
    mutating func append(parsing field: ArraySlice<UInt8>) throws(DHCPMessageError) {
        var reader = ByteReader(field)
        while !reader.isAtEnd {
            do {
                let code: UInt8 = try reader.bigEndian()
                if code == 0 { continue }
                if code == 255 { return }
                let length = Int(try reader.bigEndian(UInt8.self))
                let option = DHCPOption(rawValue: code)
                self[option] = (self[option] ?? []) + (try reader.read(length))
            } catch {
                throw DHCPMessageError("an option is cut short")
            }
        }
    }

    /// The options as they are sent, with the end option. A value over 255 bytes is split (RFC 3396 5).
    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        for option in order {
            var rest = (values[option] ?? [])[...]
            repeat {
                let part = rest.prefix(255)
                bytes += [option.rawValue, UInt8(clamping: part.count)] + part
                rest = rest.dropFirst(255)
            } while !rest.isEmpty
        }
        return bytes + [255]
    }

    /// An option that is one address.
    public func address(_ option: DHCPOption) -> IPv4Address? {
        values[option].flatMap { IPv4Address(octets: $0) }
    }

    /// An option that is a list of addresses; bytes over are passed over.
    public func addresses(_ option: DHCPOption) -> [IPv4Address] {
        var reader = ByteReader(values[option] ?? [])
        var addresses: [IPv4Address] = []
        while let octets = try? reader.read(4), let address = IPv4Address(octets: octets) { addresses.append(address) }
        return addresses
    }

    /// An option that is one integer; `nil` when absent or of another size.
    public func integer<Value: FixedWidthInteger>(_ option: DHCPOption, as: Value.Type = Value.self) -> Value? {
        guard let bytes = values[option], bytes.count == MemoryLayout<Value>.size else { return nil }
        var reader = ByteReader(bytes)
        return try? reader.bigEndian()
    }

    /// An option that is text, without what a terminal or a configuration file would take for more than text.
    public func text(_ option: DHCPOption) -> String? {
        guard let bytes = values[option] else { return nil }
        let text = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        let printable = String(text.unicodeScalars.filter { $0.properties.generalCategory != .control })
        return printable.isEmpty ? nil : printable
    }
}

extension String {
    fileprivate init(_ scalars: [Unicode.Scalar]) {
        self = ""
        unicodeScalars.append(contentsOf: scalars)
    }
}
