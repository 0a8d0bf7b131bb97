import ByteCoding
import NetworkTypes

@testable import DHCPv6

/// What a server would say.
struct TestServer {
    var duid = DUID(mac: MACAddress("52:54:00:00:00:01") ?? .zero)
    var sender = IPv6Address("fe80::1") ?? .any
    var address = IPv6Address("2001:db8::100") ?? .any
    var preferred: UInt32 = 1800
    var valid: UInt32 = 3600
    var renewal: UInt32 = 0
    var rebinding: UInt32 = 0
    var preference: UInt8?
    /// Inside the identity association.
    var status: DHCPv6Status?
    /// Beside it.
    var messageStatus: DHCPv6Status?
    var isRapid = false
    var hasAssociation = true
    var moreOptions: [(DHCPv6Option, [UInt8])] = []

    func answer(_ kind: DHCPv6Message.Kind, to request: DHCPv6Message) -> DHCPv6Message {
        var options = DHCPv6Options()
        options.append(.clientIdentifier, request.options[.clientIdentifier] ?? [])
        options.append(.serverIdentifier, duid.octets)
        if hasAssociation { options.append(.identityAssociation, association(for: request)) }
        if let preference { options.append(.preference, [preference]) }
        if isRapid { options.append(.rapidCommit) }
        if let messageStatus { options.append(.statusCode, messageStatus.encoded) }
        for (option, bytes) in moreOptions { options.append(option, bytes) }
        return DHCPv6Message(kind, transactionID: request.transactionID, options: options)
    }

    private func association(for request: DHCPv6Message) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(request.options[.identityAssociation]?.prefix(4) ?? [0, 0, 0, 0])
        writer.bigEndian(renewal)
        writer.bigEndian(rebinding)
        var inner = DHCPv6Options()
        if let status {
            inner.append(.statusCode, status.encoded)
        } else {
            var granted = ByteWriter()
            granted.append(address.octets)
            granted.bigEndian(preferred)
            granted.bigEndian(valid)
            inner.append(.address, granted.bytes)
        }
        writer.append(inner.encoded)
        return writer.bytes
    }
}

extension DHCPv6Status {
    var encoded: [UInt8] { [UInt8(number >> 8), UInt8(number & 0xff)] + message.utf8 }
}

extension Sequence<DHCPv6Action> {
    /// The message to be sent.
    var message: DHCPv6Message? {
        lazy.compactMap { if case .send(let message) = $0 { message } else { nil } }.first
    }

    var timer: ContinuousClock.Instant? {
        compactMap { if case .setTimer(let time) = $0 { time } else { nil } }.last
    }

    var lease: DHCPv6Lease? {
        lazy.compactMap { if case .bound(let lease, _) = $0 { lease } else { nil } }.first
    }

    var expiry: ContinuousClock.Instant? {
        lazy.compactMap { if case .bound(_, let expiry) = $0 { expiry } else { nil } }.first
    }

    var failure: DHCPv6Failure? {
        lazy.compactMap { if case .failed(let failure) = $0 { failure } else { nil } }.first
    }

    var loss: DHCPv6Failure? {
        lazy.compactMap { if case .lost(let failure) = $0 { failure } else { nil } }.first
    }

    var settings: DHCPv6Settings? {
        lazy.compactMap { if case .configured(let settings, _) = $0 { settings } else { nil } }.first
    }
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
