import ByteCoding
import NetworkTypes

/// A DHCP message (RFC 2131 2).
public struct DHCPMessage: Equatable, Sendable {
    /// What a message is for (option 53; RFC 2132 9.6).
    public enum Kind: UInt8, Sendable {
        /// Looks for servers.
        case discover = 1
        /// A server offers an address.
        case offer = 2
        /// Takes an offer up, or renews a lease.
        case request = 3
        /// The client found the address in use.
        case decline = 4
        /// A server confirms a lease.
        case ack = 5
        /// A server refuses a request.
        case nak = 6
        /// The client gives its lease up.
        case release = 7
        /// The client has an address and asks for the other options.
        case inform = 8
    }

    /// What the message is for.
    public var kind: Kind
    /// Sent by a server (`BOOTREPLY`), not by a client.
    public var isReply: Bool
    /// By what a client recognises the answers to its own messages.
    public var transactionID: UInt32
    /// Seconds since the client began.
    public var seconds: UInt16 = 0
    /// The client cannot take unicast packets before it has its address.
    public var wantsBroadcast = false
    /// `ciaddr`: the client's address, while it has a lease.
    public var clientAddress = IPv4Address.any
    /// `yiaddr`: the address that the server offers or grants.
    public var yourAddress = IPv4Address.any
    /// `siaddr`: the next server of the boot.
    public var nextServer = IPv4Address.any
    /// `giaddr`: the relay agent's address.
    public var relayAddress = IPv4Address.any
    /// `chaddr`: the client's MAC address.
    public var clientMAC: MACAddress
    /// All options but the message's kind (53) and the overload (52).
    public var options = DHCPOptions()

    /// A message with empty fields.
    public init(_ kind: Kind, isReply: Bool = false, transactionID: UInt32, clientMAC: MACAddress) {
        self.kind = kind
        self.isReply = isReply
        self.transactionID = transactionID
        self.clientMAC = clientMAC
    }

    /// Reads a message: the payload of a UDP datagram.
    ///
    /// - Throws: `DHCPMessageError` saying what is wrong with it.
    public init(parsing datagram: ArraySlice<UInt8>) throws(DHCPMessageError) {
        var reader = ByteReader(datagram)
        let (serverName, file): (ArraySlice<UInt8>, ArraySlice<UInt8>)
        do {
            let operation: UInt8 = try reader.bigEndian()
            let hardware = try reader.read(2)
            guard operation == 1 || operation == 2 else { throw DHCPMessageError("operation \(operation) is unknown") }
            guard hardware.elementsEqual([1, 6]) else { throw DHCPMessageError("it is not for Ethernet") }
            isReply = operation == 2
            try reader.skip(1)
            transactionID = try reader.bigEndian()
            seconds = try reader.bigEndian()
            wantsBroadcast = try reader.bigEndian(UInt16.self) & 0x8000 != 0
            clientAddress = IPv4Address(rawValue: try reader.bigEndian())
            yourAddress = IPv4Address(rawValue: try reader.bigEndian())
            nextServer = IPv4Address(rawValue: try reader.bigEndian())
            relayAddress = IPv4Address(rawValue: try reader.bigEndian())
            clientMAC = MACAddress(octets: try reader.read(6)) ?? .zero
            try reader.skip(10)
            serverName = try reader.read(64)
            file = try reader.read(128)
            guard try reader.bigEndian(UInt32.self) == magicCookie else {
                throw DHCPMessageError("it is BOOTP, not DHCP")
            }
        } catch let error as DHCPMessageError {
            throw error
        } catch {
            throw DHCPMessageError("it is cut short at \(datagram.count) bytes")
        }
        var options = DHCPOptions()
        try options.append(parsing: reader.readRest())
        // Options go on in `file` and `sname`, in this order (RFC 3396 5).
        let overload = options.integer(.overload, as: UInt8.self) ?? 0
        if overload & 1 != 0 { try options.append(parsing: file) }
        if overload & 2 != 0 { try options.append(parsing: serverName) }
        guard let kind = options.integer(.messageType, as: UInt8.self).flatMap(Kind.init) else {
            throw DHCPMessageError("it does not say what kind of message it is")
        }
        self.kind = kind
        options[.overload] = nil
        options[.messageType] = nil
        self.options = options
    }

    /// The message as the payload of a UDP datagram, at least 300 bytes long: relays drop shorter ones as no BOOTP
    /// (RFC 1542 2.1).
    public var encoded: [UInt8] {
        var writer = ByteWriter(reservingCapacity: 300)
        writer.append([isReply ? 2 : 1, 1, 6, 0])
        writer.bigEndian(transactionID)
        writer.bigEndian(seconds)
        writer.bigEndian(UInt16(wantsBroadcast ? 0x8000 : 0))
        for address in [clientAddress, yourAddress, nextServer, relayAddress] { writer.bigEndian(address.rawValue) }
        writer.append(clientMAC.octets)
        writer.zeros(10 + 64 + 128)
        writer.bigEndian(magicCookie)
        writer.append([DHCPOption.messageType.rawValue, 1, kind.rawValue])
        writer.append(options.encoded)
        writer.zeros(300 - writer.count)
        return writer.bytes
    }
}

/// What marks the options of DHCP (RFC 2131 3).
private let magicCookie: UInt32 = 0x6382_5363

/// Bytes that are no DHCP message.
public struct DHCPMessageError: Error, Equatable, CustomStringConvertible {
    /// What is wrong with them, without a final full stop.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
