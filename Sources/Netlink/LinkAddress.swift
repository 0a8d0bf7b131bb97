import ByteCoding
import CLinux
import NetworkTypes

/// An Internet address of a link (rtnetlink(7), `RTM_NEWADDR`).
public struct LinkAddress: Equatable, Sendable {
    /// The link's index.
    public let linkIndex: Int32
    /// The link's own address.
    public let address: IPAddress
    /// Leading bits of the address that name its network.
    public let prefixLength: UInt8
    /// How far the address is valid, as ip-address(8) prints it: `global`, `link` or `host`.
    public let scope: String
    /// Seconds until the kernel removes it; `nil` for ever.
    public let validSeconds: UInt32?

    /// The address as an IPv4 prefix, when it is one.
    public var ipv4: IPv4Prefix? {
        if case .v4(let address) = address { IPv4Prefix(address: address, length: prefixLength) } else { nil }
    }

    /// Reads an address from an `RTM_NEWADDR` message; `nil` when it is of no family known here.
    public init?(parsing message: NetlinkMessage) throws(MalformedNetlinkMessage) {
        var reader = ByteReader(message.payload)
        let scopeNumber: UInt8
        do {
            try reader.skip(1)
            prefixLength = try reader.native()
            try reader.skip(1)
            scopeNumber = try reader.native()
            linkIndex = try reader.native()
        } catch {
            throw MalformedNetlinkMessage("an address's header is cut short")
        }
        let attributes = try NetlinkAttributes(parsing: reader.readRest())
        // On a point-to-point link IFA_ADDRESS is the peer's; IFA_LOCAL is always ours, but IPv6 seldom has it.
        guard let octets = attributes.bytes(Int(IFA_LOCAL)) ?? attributes.bytes(Int(IFA_ADDRESS)),
            let address = IPAddress(octets: octets)
        else { return nil }
        self.address = address
        scope = scopeName(scopeNumber)
        // struct ifa_cacheinfo: preferred, valid, created, updated.
        var times = ByteReader(attributes.bytes(Int(IFA_CACHEINFO)) ?? [])
        _ = try? times.native(UInt32.self)
        let valid = try? times.native(UInt32.self)
        validSeconds = valid == .max ? nil : valid
    }
}

/// A scope as ip-address(8) and ip-route(8) print it (`RT_SCOPE_*`).
func scopeName(_ number: UInt8) -> String {
    switch number {
    case 0: "global"
    case 253: "link"
    case 254: "host"
    default: String(number)
    }
}
