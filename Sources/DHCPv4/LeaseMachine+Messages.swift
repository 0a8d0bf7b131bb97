import NetworkTypes

/// The messages of a client (RFC 2131 table 5).
extension LeaseMachine {
    /// DISCOVER or REQUEST: with all that the server is to know and to answer.
    func outgoing(_ kind: DHCPMessage.Kind) -> DHCPMessage {
        var message = plain(kind)
        message.seconds = seconds
        message.wantsBroadcast = wantsBroadcast
        message.options[.maximumMessageSize] = [0x05, 0xdc]
        message.options[.parameterRequestList] = Self.wanted.map(\.rawValue)
        settings.identity.append(to: &message.options)
        return message
    }

    /// DECLINE or RELEASE: only by whom it is.
    func plain(_ kind: DHCPMessage.Kind) -> DHCPMessage {
        var message = DHCPMessage(kind, transactionID: transactionID, clientMAC: mac)
        message.options[.clientIdentifier] = settings.identity.clientIdentifier.octets(for: mac)
        return message
    }

    /// Classless routes before routers: RFC 3442 asks for this order. Option 108 (RFC 8925) is not among them: it would
    /// have the machine go without IPv4.
    private static let wanted: [DHCPOption] = [
        .subnetMask, .classlessRoutes, .routers, .nameServers, .hostName, .domainName, .domainSearch, .interfaceMTU,
        .ntpServers, .leaseTime, .renewalTime, .rebindingTime, .vendorInformation,
    ]
}
