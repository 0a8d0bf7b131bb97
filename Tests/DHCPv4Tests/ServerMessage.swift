import NetworkTypes

@testable import DHCPv4

/// What a server would answer to a client's message.
func answer(
    _ kind: DHCPMessage.Kind, to request: DHCPMessage, address: IPv4Address = IPv4Address(rawValue: 0xc000_0207),
    server: IPv4Address? = IPv4Address(rawValue: 0xc000_0201), leaseSeconds: UInt32 = 3600, text: String? = nil
) -> DHCPMessage {
    var message = DHCPMessage(
        kind, isReply: true, transactionID: request.transactionID, clientMAC: request.clientMAC)
    message.yourAddress = kind == .nak ? .any : address
    message.options[.serverIdentifier] = server?.octets
    message.options[.subnetMask] = [255, 255, 255, 0]
    message.options[.leaseTime] = IPv4Address(rawValue: leaseSeconds).octets
    message.options[.message] = text.map { Array($0.utf8) }
    return message
}

/// Random numbers that are the same in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
