import NetworkTypes

/// What a server granted: an address for a time, and what goes with it.
public struct DHCPv6Lease: Equatable, Sendable {
    /// The address. Which others are on the link, and the routers, only routers announce (RFC 8415 4.2).
    public let address: IPv6Address
    /// Seconds from the request on until new connections are to avoid the address; `nil` never.
    public let preferredSeconds: UInt32?
    /// Seconds from the request on that the lease lasts; `nil` for ever.
    public let validSeconds: UInt32?
    /// Seconds from the request on until it is renewed with its server (T1); `nil` never.
    public let renewalSeconds: UInt32?
    /// Seconds from the request on until it is renewed with any server (T2); `nil` never.
    public let rebindingSeconds: UInt32?
    /// The server's identifier.
    public let server: DUID
    /// Where the server, or its relay on this link, was heard from.
    public let serverAddress: IPv6Address
    /// What goes with it.
    public let settings: DHCPv6Settings

    /// The address alone, without others on the link.
    public var prefix: IPPrefix? { IPPrefix(address: .v6(address), length: 128) }

    /// The lease that an ADVERTISE promises or a REPLY grants.
    ///
    /// - Parameters:
    ///   - identifier: the client's number for its interface.
    ///   - held: the address in use, which is kept if the server still grants it.
    /// - Throws: why this message makes no lease.
    init(
        _ message: DHCPv6Message, from server: DUID, at serverAddress: IPv6Address, identifier: UInt32,
        held: IPv6Address?
    ) throws(NoLease) {
        guard message.options.status.code == .success else { throw .refused(message.options.status) }
        guard let association = try Self.association(in: message, identifier: identifier) else {
            throw .unusable("it says nothing of an address")
        }
        guard association.status.code == .success else { throw .refused(association.status) }
        let (renewal, rebinding) = (association.renewal, association.rebinding)
        guard renewal == 0 || rebinding == 0 || renewal <= rebinding else {
            throw .unusable("it is to be renewed later (\(renewal) s) than with any server (\(rebinding) s)")
        }
        let usable = association.addresses.filter(Self.isUsable)
        guard let granted = usable.first(where: { $0.address == held }) ?? usable.first else {
            if let refused = association.addresses.first(where: { $0.status.code != .success }) {
                throw .refused(refused.status)
            }
            if association.addresses.contains(where: { $0.address == held && $0.valid == 0 }) { throw .withdrawn }
            throw .unusable("it has no usable address")
        }
        address = granted.address
        preferredSeconds = granted.preferred == .max ? nil : granted.preferred
        validSeconds = granted.valid == .max ? nil : granted.valid
        self.server = server
        self.serverAddress = serverAddress
        settings = DHCPv6Settings(message.options)

        // The usual parts of the preferred time (RFC 8415 21.4), where the server leaves it to the client. A few
        // seconds would be a busy loop of renewals.
        let time = granted.preferred == 0 ? granted.valid : granted.preferred
        let usual = (
            renewal: time == .max ? time : time / 2, rebinding: time == .max ? time : time - time / 5
        )
        let first = max(renewal == 0 ? min(usual.renewal, rebinding == 0 ? .max : rebinding) : renewal, 5)
        let second = max(rebinding == 0 ? usual.rebinding : rebinding, first)
        renewalSeconds = first == .max ? nil : first
        rebindingSeconds = second == .max ? nil : second
    }

    private static func association(
        in message: DHCPv6Message, identifier: UInt32
    ) throws(NoLease) -> IdentityAssociation? {
        do throws(DHCPv6MessageError) {
            for bytes in message.options.all(.identityAssociation) {
                let association = try IdentityAssociation(parsing: bytes)
                if association.identifier == identifier { return association }
            }
            return nil
        } catch {
            throw .unusable(error.description)
        }
    }

    /// RFC 8415 21.6: one whose preferred time is longer than its valid time is discarded.
    private static func isUsable(_ granted: IdentityAssociation.Address) -> Bool {
        let address = granted.address
        return granted.status.code == .success && granted.valid > 0 && granted.preferred <= granted.valid
            && address != .any && !address.isMulticast && !address.isLoopback && !address.isLinkLocal
    }
}

/// Why a server's message makes no lease.
enum NoLease: Error, Equatable {
    /// The server says no.
    case refused(DHCPv6Status)
    /// The server takes the address back: it has no time left.
    case withdrawn
    /// It contradicts the protocol; says how, without a final full stop.
    case unusable(String)
}
