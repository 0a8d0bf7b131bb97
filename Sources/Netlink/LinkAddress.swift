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
    /// Seconds until new connections avoid it; `nil` for ever.
    public let preferredSeconds: UInt32?
    /// Seconds until the kernel removes it; `nil` for ever.
    public let validSeconds: UInt32?
    /// Its flags.
    public let flags: AddressFlags

    /// The address with the length of its network's prefix; `nil` when the length is more than it has bits.
    public var prefix: IPPrefix? { IPPrefix(address: address, length: prefixLength) }

    /// Whether packets can be sent from it and connections made to it: its check for duplicates is over, and found none.
    public var isReady: Bool { flags.isDisjoint(with: [.tentative, .duplicate]) }

    /// The address as an IPv4 prefix, when it is one.
    public var ipv4: IPv4Prefix? {
        if case .v4(let address) = address { IPv4Prefix(address: address, length: prefixLength) } else { nil }
    }

    /// Reads an address from an `RTM_NEWADDR` message; `nil` when it is of no family known here.
    public init?(parsing message: NetlinkMessage) throws(MalformedNetlinkMessage) {
        var reader = ByteReader(message.payload)
        let (headerFlags, scopeNumber): (UInt8, UInt8)
        do {
            try reader.skip(1)
            prefixLength = try reader.native()
            headerFlags = try reader.native()
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
        let preferred = try? times.native(UInt32.self)
        preferredSeconds = preferred == .max ? nil : preferred
        let valid = try? times.native(UInt32.self)
        validSeconds = valid == .max ? nil : valid
        // The header has room for the first eight only.
        flags = AddressFlags(rawValue: attributes.integer(Int(IFA_FLAGS)) ?? UInt32(headerFlags))
    }
}

/// An address's flags (`IFA_F_*` of linux/if_addr.h).
public struct AddressFlags: OptionSet, Hashable, Sendable, CustomStringConvertible {
    /// The flags as the kernel has them.
    public let rawValue: UInt32

    /// Flags from the kernel's number.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Another machine has it: the check for duplicates failed, and it is not used (RFC 4862 5.4.5).
    public static let duplicate = AddressFlags(rawValue: 0x08)
    /// New connections avoid it; its preferred time is over.
    public static let deprecated = AddressFlags(rawValue: 0x20)
    /// Being checked for duplicates, and not used before that is over (RFC 4862 5.4).
    public static let tentative = AddressFlags(rawValue: 0x40)
    /// Without a life time: neither a router nor a lease gave it.
    public static let permanent = AddressFlags(rawValue: 0x80)

    /// The names of the flags as ip-address(8) prints them; nothing for a permanent address.
    public var description: String {
        let names: [(AddressFlags, String)] = [
            (.deprecated, "deprecated"), (.tentative, "tentative"), (.duplicate, "dadfailed"),
        ]
        return names.filter { contains($0.0) }.map(\.1).joined(separator: " ")
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
