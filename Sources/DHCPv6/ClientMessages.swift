import ByteCoding
import NetworkTypes

/// Writes the messages of one client for one interface (RFC 8415 18.2).
struct ClientMessages {
    let duid: DUID
    /// The client's number for the interface (IAID).
    let identifier: UInt32

    /// The message of an exchange.
    ///
    /// - Parameters:
    ///   - server: whom it is for; without it, for all servers.
    ///   - address: the address that it is about.
    func message(of exchange: Exchange, server: DUID? = nil, address: IPv6Address? = nil) -> DHCPv6Message {
        var options = DHCPv6Options()
        options.append(.clientIdentifier, duid.octets)
        if let server { options.append(.serverIdentifier, server.octets) }
        options.append(.elapsedTime, exchange.elapsed.octets)
        switch exchange.kind {
        case .solicit:
            options.append(.rapidCommit)
            append(association: address, to: &options)
            append(Self.wanted, to: &options)
        case .request, .renew, .rebind:
            append(association: address, to: &options)
            append(Self.wanted, to: &options)
        case .informationRequest:
            append(Self.wantedWithoutLease, to: &options)
        default:
            append(association: address, to: &options)
        }
        return DHCPv6Message(exchange.kind, transactionID: exchange.transactionID, options: options)
    }

    private func append(association address: IPv6Address?, to options: inout DHCPv6Options) {
        options.append(
            .identityAssociation, IdentityAssociation.request(identifier: identifier, address: address))
    }

    private func append(_ wanted: [DHCPv6Option], to options: inout DHCPv6Options) {
        options.append(.optionRequest, wanted.flatMap(\.rawValue.octets))
    }

    private static let settings: [DHCPv6Option] = [.nameServers, .domainList, .sntpServers, .ntpServer]
    /// RFC 8415 21.24 has every client ask for the limits of its pauses.
    private static let wanted = settings + [.solicitMaximum]
    private static let wantedWithoutLease = settings + [.informationRefreshTime, .informationMaximum]
}

extension UInt16 {
    /// In network order.
    fileprivate var octets: [UInt8] {
        var writer = ByteWriter()
        writer.bigEndian(self)
        return writer.bytes
    }
}
