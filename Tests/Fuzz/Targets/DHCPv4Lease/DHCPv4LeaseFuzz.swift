import DHCPv4
import FuzzInput
import NetworkTypes

/// A server, other hosts, a clock and a link that do what the bytes say: the machine never traps, and has a lease exactly
/// while it has said so.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    let mac = MACAddress("52:54:00:12:34:56") ?? .zero
    let choice = input.byte()
    var settings = LeaseSettings()
    if choice & 1 == 0 { settings.probing = .off }
    if choice & 2 == 0 { settings.preferredServer = IPv4Address(rawValue: 0xc000_0202) }
    var machine = LeaseMachine(mac: mac, settings: settings, random: SeededGenerator(UInt64(choice)))
    var network = Network(mac: mac)
    let remembered = choice & 4 == 0 ? nil : IPv4Address(rawValue: 0xc000_0207)
    network.heed(machine.start(remembering: remembered, at: network.now))
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
            network.heed(machine.receive(network.claim(&input), at: network.now))
        case 4 where input.byte() == 0:
            network.heed(machine.release())
            network.isBound = false
            network.heed(machine.start(at: network.now))
        default:
            network.heed(machine.receive(network.answer(&input), at: network.now))
        }
        promise((machine.lease != nil) == network.isBound, "the lease is not what the machine said it is")
        show(machine.progress.lastFailure)
    }
    return 0
}

/// What the machine is connected to.
private struct Network {
    /// Options as they usually are; the others of an answer come from the input.
    private static let usual: [DHCPOption: [UInt8]] = [
        .serverIdentifier: [192, 0, 2, 1], .subnetMask: [255, 255, 255, 0], .leaseTime: [0, 0, 14, 16],
    ]

    let mac: MACAddress
    var now = ContinuousClock.now
    var isBound = false
    private(set) var timer: ContinuousClock.Instant?
    private var transactionID: UInt32 = 0
    private var address = IPv4Address.any

    init(mac: MACAddress) {
        self.mac = mac
    }

    mutating func heed(_ actions: [LeaseAction]) {
        for action in actions {
            switch action {
            case .send(let message, _):
                transactionID = message.transactionID
                promise(
                    (try? DHCPMessage(parsing: message.encoded[...])) == message,
                    "\(message) is another message when it is read")
            case .probe(let address), .announce(let address): self.address = address
            case .setTimer(let time): timer = time
            case .bound: isBound = true
            case .lost(let failure):
                isBound = false
                show(failure)
            case .failed(let failure): show(failure)
            case .ignored(let reason): show(reason)
            case .notice(let notice): show(notice)
            }
        }
    }

    func answer(_ input: inout FuzzInput) -> DHCPMessage {
        let choice = input.byte()
        let kind = DHCPMessage.Kind(rawValue: choice & 0xf) ?? .offer
        var message = DHCPMessage(kind, isReply: true, transactionID: transactionID, clientMAC: mac)
        let isUsual = choice & 0x10 == 0
        message.yourAddress = IPv4Address(rawValue: isUsual ? 0xc000_0207 : input.integer())
        if isUsual {
            for (option, value) in Self.usual { message.options[option] = value }
        }
        for _ in 0..<choice >> 5 {
            let option = DHCPOption(rawValue: input.byte())
            message.options[option] = input.next(Int(input.byte()))
        }
        return message
    }

    /// Another host, or this one, that has the address or asks for it.
    func claim(_ input: inout FuzzInput) -> ARPPacket {
        let choice = input.byte()
        let sender = choice & 1 == 0 ? MACAddress.broadcast : mac
        return choice & 2 == 0 ? .announcement(of: address, by: sender) : .probe(for: address, from: sender)
    }
}
