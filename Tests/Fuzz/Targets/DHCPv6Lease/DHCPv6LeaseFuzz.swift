import DHCPv6
import FuzzInput
import NetworkTypes

/// A server, a clock and a link that do what the bytes say: the machine never traps, and has a lease exactly while it has
/// said so.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    let mac = MACAddress("52:54:00:12:34:56") ?? .zero
    let choice = input.byte()
    var machine = DHCPv6Machine(mac: mac, random: SeededGenerator(UInt64(choice)))
    var network = Network()
    let now = network.now
    network.heed(choice & 1 == 0 ? machine.start(at: now) : machine.startStateless(at: now))
    while !input.isAtEnd {
        switch input.byte() % 8 {
        case 0:
            network.now = max(network.now, network.timer ?? network.now)
            network.heed(machine.timerFired(at: network.now))
        case 1:
            network.now += .milliseconds(input.integer(UInt32.self))
            network.heed(machine.timerFired(at: network.now))
        case 2:
            network.heed(machine.confirm(at: network.now))
        case 3:
            network.heed(machine.decline(at: network.now))
        case 4 where input.byte() == 0:
            network.heed(machine.release(at: network.now))
            network.isBound = false
            network.heed(machine.start(at: network.now))
        default:
            network.heed(machine.receive(network.answer(&input), from: network.server, at: network.now))
        }
        promise((machine.lease != nil) == network.isBound, "the lease is not what the machine said it is")
        show(machine.progress.lastFailure)
    }
    return 0
}

/// What the machine is connected to.
private struct Network {
    let server = IPv6Address("fe80::1") ?? .any
    var now = ContinuousClock.now
    var isBound = false
    private(set) var timer: ContinuousClock.Instant?
    private var request = DHCPv6Message(.solicit, transactionID: 0)

    mutating func heed(_ actions: [DHCPv6Action]) {
        for action in actions {
            switch action {
            case .send(let message):
                request = message
                promise(
                    (try? DHCPv6Message(parsing: message.encoded[...])) == message,
                    "\(message) is another message when it is read")
            case .setTimer(let time): timer = time
            case .bound: isBound = true
            case .lost(let failure):
                isBound = false
                show(failure)
            case .failed(let failure): show(failure)
            case .configured: continue
            case .ignored(let reason): show(reason)
            }
        }
    }

    /// An answer with what a server usually says, and with options from the input.
    func answer(_ input: inout FuzzInput) -> DHCPv6Message {
        let choice = input.byte()
        var options = DHCPv6Options()
        options.append(.clientIdentifier, request.options[.clientIdentifier] ?? [])
        options.append(.serverIdentifier, DUID(mac: .broadcast).octets)
        if choice & 2 == 0 { options.append(.identityAssociation, association(choice, &input)) }
        if choice & 4 != 0 { options.append(.rapidCommit) }
        for _ in 0..<choice >> 5 {
            let option = DHCPv6Option(rawValue: UInt16(input.byte()))
            options.append(option, input.next(Int(input.byte())))
        }
        return DHCPv6Message(
            choice & 1 == 0 ? .advertise : .reply, transactionID: request.transactionID, options: options)
    }

    /// The identity that was asked for, with an address for an hour, or with what the input says.
    private func association(_ choice: UInt8, _ input: inout FuzzInput) -> [UInt8] {
        let identity = Array(request.options[.identityAssociation]?.prefix(4) ?? [0, 0x12, 0x34, 0x56])
        if choice & 8 != 0 { return identity + input.next(Int(input.byte())) }
        let address = IPv6Address("2001:db8::100") ?? .any
        return identity + [UInt8](repeating: 0, count: 8) + [0, 5, 0, 24] + address.octets
            + [0, 0, 14, 16, 0, 0, 14, 16]
    }
}
