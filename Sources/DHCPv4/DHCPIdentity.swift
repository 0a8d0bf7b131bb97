import ByteCoding
import NetworkTypes

/// What a client tells servers of itself, so that they can choose what to answer.
public struct DHCPIdentity: Equatable, Sendable {
    /// By what the server recognises the client (option 61).
    public var clientIdentifier = DHCPClientIdentifier.macAddress
    /// What kind of client it is (option 60); empty for none.
    public var vendorClass = "martlet"
    /// What kinds of user or use it belongs to (option 77, RFC 3004); names over 255 bytes and empty ones are not sent.
    public var userClasses: [String] = []
    /// The host name that the client would like to have (option 12).
    public var hostName: String?
    /// The architecture of the client as firmware numbers it (option 93, RFC 4578 2.1), such as 7 for x86-64 UEFI.
    public var architecture: UInt16?
    /// The version of the network interface's driver (UNDI) in firmware, its major number in the upper octet (option 94,
    /// RFC 4578 2.2).
    public var interfaceVersion: UInt16?
    /// The machine's UUID (option 97, RFC 4578 2.3).
    public var systemUUID: SystemUUID?

    /// The usual identity: the MAC address and the vendor class `martlet`.
    public init() {}

    /// Appends the options in which a client tells of itself. The client identifier is not among them: messages that
    /// must not have the rest need it as well (RFC 2131 table 5).
    func append(to options: inout DHCPOptions) {
        if !vendorClass.isEmpty { options[.vendorClass] = Array(vendorClass.utf8) }
        let classes = userClasses.flatMap { name in
            (1...255).contains(name.utf8.count) ? [UInt8(clamping: name.utf8.count)] + Array(name.utf8) : []
        }
        if !classes.isEmpty { options[.userClass] = classes }
        if let hostName, !hostName.isEmpty { options[.hostName] = Array(hostName.utf8) }
        if let architecture { options[.clientArchitecture] = Self.octets(architecture) }
        // Type 1 is UNDI, the only one in use.
        if let interfaceVersion { options[.clientInterface] = [1] + Self.octets(interfaceVersion) }
        // Type 0 is a UUID. Firmware sends the octets as they lie in its table, and servers compare with what it sent.
        if let systemUUID { options[.clientUUID] = [0] + systemUUID.firmwareOctets }
    }

    private static func octets(_ value: UInt16) -> [UInt8] {
        var writer = ByteWriter(reservingCapacity: 2)
        writer.bigEndian(value)
        return writer.bytes
    }
}
