import NetworkTypes

/// How a bond works (Documentation/networking/bonding.rst). What is `nil` is as the kernel has it.
public struct BondParameters: Equatable, Sendable {
    /// How often the partner is to send LACPDUs.
    public enum LACPRate: UInt8, Sendable {
        /// Every 30 s.
        case slow = 0
        /// Every second.
        case fast = 1
    }

    /// What decides which member a packet leaves by.
    public enum TransmitHashPolicy: String, CaseIterable, Sendable {
        case layer2
        case layer34 = "layer3+4"
        case layer23 = "layer2+3"
        case encapsulated23 = "encap2+3"
        case encapsulated34 = "encap3+4"
        case vlanAndSourceMAC = "vlan+srcmac"
    }

    /// What decides between several partners.
    public enum AggregatorSelection: String, CaseIterable, Sendable {
        case stable, bandwidth, count
    }

    /// What becomes of the MAC address when another member takes over.
    public enum FailOverMAC: String, CaseIterable, Sendable {
        case none, active, follow
    }

    /// When the primary member takes over again.
    public enum PrimaryReselection: String, CaseIterable, Sendable {
        case always, better, failure
    }

    /// Which members' ARP answers are checked.
    public enum ARPValidation: String, CaseIterable, Sendable {
        case none, active, backup, all
    }

    /// How the members are used.
    public var mode: BondMode
    /// Milliseconds between two looks at the members' carriers. The kernel's own default, 0, never looks.
    public var monitoringMilliseconds: UInt32? = 100
    /// Milliseconds that a carrier must last before it counts.
    public var upDelayMilliseconds: UInt32?
    /// Milliseconds that a carrier must be away before that counts.
    public var downDelayMilliseconds: UInt32?
    /// How often the partner is to send LACPDUs.
    public var lacpRate: LACPRate?
    /// What decides which member a packet leaves by.
    public var transmitHashPolicy: TransmitHashPolicy?
    /// What decides between several partners.
    public var aggregatorSelection: AggregatorSelection?
    /// Members that must have a carrier before the bond has one.
    public var minimumLinks: UInt32?
    /// The member used as long as it has a carrier; the name of a link.
    public var primary: String?
    /// When the primary member takes over again.
    public var primaryReselection: PrimaryReselection?
    /// What becomes of the MAC address when another member takes over.
    public var failOverMAC: FailOverMAC?
    /// Whether frames that arrive at inactive members are taken.
    public var allMembersActive: Bool?
    /// Milliseconds between two ARP requests that show whether a member works; instead of looking at carriers.
    public var arpIntervalMilliseconds: UInt32?
    /// Who is asked by those, at most 16.
    public var arpTargets: [IPv4Address] = []
    /// Which members' ARP answers are checked.
    public var arpValidation: ARPValidation?
    /// Whether every target must answer, and not only one.
    public var arpAllTargets: Bool?
    /// How often the bond's addresses are announced after a fail-over.
    public var gratuitousARPCount: UInt8?
    /// How often multicast memberships are reported after a fail-over.
    public var igmpResendCount: UInt32?
    /// Packets that leave by one member before the next one's turn (balance-rr).
    public var packetsPerMember: UInt32?
    /// Seconds between two learning packets (balance-tlb, balance-alb).
    public var learningPacketSeconds: UInt32?

    /// A bond of a mode, with everything else as the kernel has it, but for carriers being watched.
    public init(mode: BondMode) {
        self.mode = mode
    }

    /// What contradicts itself.
    func problems(name: String, members: [String]) -> [String] {
        var problems: [String] = []
        if members.isEmpty { problems.append("bond \(name) has no members") }
        if Set(members).count < members.count { problems.append("bond \(name) names one member twice") }
        if let primary, !members.contains(primary) {
            problems.append("\(primary), the primary of bond \(name), is none of its members")
        }
        if primary != nil, ![.activeBackup, .balanceTransmit, .balanceAdaptive].contains(mode) {
            problems.append("bond \(name) of mode \(mode.rawValue) has no primary")
        }
        if let interval = arpIntervalMilliseconds, interval > 0 {
            if ![.balanceRoundRobin, .activeBackup, .balanceXOR, .broadcast].contains(mode) {
                problems.append("bond \(name) of mode \(mode.rawValue) cannot watch its members by ARP")
            }
            if arpTargets.isEmpty { problems.append("bond \(name) has an ARP interval but no ARP targets") }
        }
        if arpTargets.count > 16 { problems.append("bond \(name) has more than 16 ARP targets") }
        if let minimumLinks, Int(minimumLinks) > members.count {
            problems.append("bond \(name) needs \(minimumLinks) links but has \(members.count) members")
        }
        return problems
    }
}
