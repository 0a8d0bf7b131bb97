import NetworkTypes

/// The watch over one address by ARP: probes, then, once it is in use, announcements; claims of others all the while.
struct AddressWatch {
    private enum Phase {
        case probing(sent: Int)
        case clear
        case announcing(sent: Int)
    }

    private static let announcementInterval: Duration = .seconds(2)

    let address: IPv4Address
    private let probing: AddressProbing
    private var phase = Phase.clear
    /// When something is to be done.
    private(set) var due: ContinuousClock.Instant?
    /// Who claimed the address before it was granted.
    var claimant: MACAddress?

    /// Begins with the first probe, which is due at once.
    init(probing address: IPv4Address, as probing: AddressProbing, at now: ContinuousClock.Instant) {
        self.address = address
        self.probing = probing
        if probing.probes > 0 {
            phase = .probing(sent: 0)
            due = now
        }
    }

    /// The time in which another host could have answered the probes is over.
    var isClear: Bool {
        if case .probing = phase { false } else { true }
    }

    /// Who else has the address, by this packet.
    ///
    /// A probe of another host for the same address counts as a conflict in RFC 5227 2.1.1, but not here: switches that
    /// track devices send such probes to everyone who has just come, and the server gave the address to nobody else.
    func claimant(in packet: ARPPacket, besides mac: MACAddress) -> MACAddress? {
        packet.senderAddress == address && packet.senderMAC != mac ? packet.senderMAC : nil
    }

    /// The address is in use from now on.
    ///
    /// The first announcement is due at once but is not an action of this moment: whoever drives the machine gives the
    /// link the address before the timer fires.
    mutating func announce(at now: ContinuousClock.Instant) {
        phase = .announcing(sent: 0)
        due = now
    }

    /// Does what is due; `isOver` says that nothing is left to do.
    mutating func timerFired(at now: ContinuousClock.Instant) -> (actions: [LeaseAction], isOver: Bool) {
        guard let due, now >= due else { return ([], false) }
        switch phase {
        case .probing(let sent) where sent < probing.probes:
            phase = .probing(sent: sent + 1)
            self.due = now + probing.wait / max(probing.probes, 1)
            return ([.probe(address)], false)
        case .probing, .clear:
            phase = .clear
            self.due = nil
            return ([], false)
        case .announcing(let sent) where sent < probing.announcements:
            phase = .announcing(sent: sent + 1)
            self.due = now + Self.announcementInterval
            return ([.announce(address)], false)
        case .announcing:
            return ([], true)
        }
    }
}
