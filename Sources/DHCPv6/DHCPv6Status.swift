import ByteCoding

/// How a server says that a request went (RFC 8415 21.13).
public struct DHCPv6Status: Equatable, Sendable, CustomStringConvertible {
    /// The statuses of RFC 8415 that concern addresses.
    public enum Code: UInt16, Sendable {
        /// It was done.
        case success = 0
        /// It failed, for a reason without a number (UnspecFail).
        case unspecified = 1
        /// The server has no address left (NoAddrsAvail).
        case noAddressAvailable = 2
        /// The server does not know the lease (NoBinding).
        case noBinding = 3
        /// The address does not belong to the client's link (NotOnLink).
        case notOnLink = 4
        /// The message was to be sent to all servers (UseMulticast).
        case useMulticast = 5
    }

    /// The number as it was sent.
    public let number: UInt16
    /// The server's own words; empty for none.
    public let message: String

    /// A status.
    public init(_ code: Code, message: String = "") {
        number = code.rawValue
        self.message = message
    }

    /// Reads the option's bytes; `nil` when they are too few. Of the words only what is printable is kept.
    init?(parsing bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard let number: UInt16 = try? reader.bigEndian() else { return nil }
        self.number = number
        let text = String(decoding: reader.readRest().prefix(256).prefix { $0 != 0 }, as: UTF8.self)
        message = text.unicodeScalars.filter { $0.properties.generalCategory != .control }
            .reduce(into: "") { $0.unicodeScalars.append($1) }
    }

    /// The status, when it is one known here.
    public var code: Code? { Code(rawValue: number) }

    /// What it means and the server's own words, as one clause without a final full stop.
    public var description: String {
        let meaning =
            switch code {
            case .success: "success"
            case .unspecified: "it failed without a stated reason (UnspecFail)"
            case .noAddressAvailable: "it has no address to give (NoAddrsAvail)"
            case .noBinding: "it does not know this lease (NoBinding)"
            case .notOnLink: "the address does not belong to this link (NotOnLink)"
            case .useMulticast: "it wants to be asked by multicast (UseMulticast)"
            case nil: "status \(number)"
            }
        return message.isEmpty ? meaning : "\(meaning): \(message)"
    }
}

extension DHCPv6Options {
    /// The status among these options; one that is not there is success (RFC 8415 21.13).
    var status: DHCPv6Status {
        self[.statusCode].flatMap { DHCPv6Status(parsing: $0) } ?? DHCPv6Status(.success)
    }
}
