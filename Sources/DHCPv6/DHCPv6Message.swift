import ByteCoding

/// A DHCPv6 message between a client and a server (RFC 8415 8).
public struct DHCPv6Message: Equatable, Sendable {
    /// What a message is for (RFC 8415 7.3).
    public enum Kind: UInt8, Sendable {
        /// Looks for servers.
        case solicit = 1
        /// A server offers a lease.
        case advertise = 2
        /// Takes an offer up.
        case request = 3
        /// Asks whether the address belongs to this link.
        case confirm = 4
        /// Asks the lease's own server for more time.
        case renew = 5
        /// Asks any server for more time.
        case rebind = 6
        /// A server's answer to all but a SOLICIT.
        case reply = 7
        /// The client gives its lease up.
        case release = 8
        /// The client found the address in use.
        case decline = 9
        /// The client has addresses and asks for the other settings.
        case informationRequest = 11
    }

    /// What the message is for.
    public var kind: Kind
    /// By what a client recognises the answers to its own messages; 24 bits.
    public var transactionID: UInt32
    /// All options.
    public var options: DHCPv6Options

    /// A message.
    public init(_ kind: Kind, transactionID: UInt32, options: DHCPv6Options = DHCPv6Options()) {
        self.kind = kind
        self.transactionID = transactionID & 0xff_ffff
        self.options = options
    }

    /// Reads a message: the payload of a UDP datagram.
    ///
    /// - Throws: `DHCPv6MessageError` saying what is wrong with it.
    public init(parsing datagram: ArraySlice<UInt8>) throws(DHCPv6MessageError) {
        var reader = ByteReader(datagram)
        guard let head: UInt32 = try? reader.bigEndian() else {
            throw DHCPv6MessageError("it is cut short at \(datagram.count) bytes")
        }
        guard let kind = Kind(rawValue: UInt8(head >> 24)) else {
            throw DHCPv6MessageError("a message of type \(head >> 24) is not for a client")
        }
        self.kind = kind
        transactionID = head & 0xff_ffff
        options = try DHCPv6Options(parsing: reader.readRest())
    }

    /// The message as the payload of a UDP datagram.
    public var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.bigEndian(UInt32(kind.rawValue) << 24 | transactionID & 0xff_ffff)
        writer.append(options.encoded)
        return writer.bytes
    }
}

/// Bytes that are no DHCPv6 message.
public struct DHCPv6MessageError: Error, Equatable, CustomStringConvertible {
    /// What is wrong with them, without a final full stop.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
