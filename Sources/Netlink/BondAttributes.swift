import CLinux
import NetworkConfiguration
import NetworkTypes

/// A bond's parameters as netlink attributes (`IFLA_BOND_*`; the numbers are those of
/// Documentation/networking/bonding.rst).
enum BondAttributes {
    static func append(_ bond: BondParameters, to data: inout NetlinkMessageBuilder) {
        data.attribute(Int(IFLA_BOND_MODE), UInt8(bond.mode.kernelNumber))
        appendMonitoring(of: bond, to: &data)
        appendBalancing(of: bond, to: &data)
        appendFailOver(of: bond, to: &data)
        if bond.mode == .lacp {
            if let rate = bond.lacpRate { data.attribute(Int(IFLA_BOND_AD_LACP_RATE), rate.rawValue) }
            if let selection = bond.aggregatorSelection {
                data.attribute(Int(IFLA_BOND_AD_SELECT), UInt8(selection.kernelNumber))
            }
            if let count = bond.minimumLinks { data.attribute(Int(IFLA_BOND_MIN_LINKS), count) }
        }
    }

    private static func appendMonitoring(of bond: BondParameters, to data: inout NetlinkMessageBuilder) {
        // The kernel refuses to look at carriers and to ask by ARP at the same time.
        if let interval = bond.arpIntervalMilliseconds, interval > 0 {
            data.attribute(Int(IFLA_BOND_ARP_INTERVAL), interval)
            data.nested(Int(IFLA_BOND_ARP_IP_TARGET)) { targets in
                for (index, target) in bond.arpTargets.enumerated() {
                    targets.attribute(index, bytes: target.octets)
                }
            }
            if let validation = bond.arpValidation {
                data.attribute(Int(IFLA_BOND_ARP_VALIDATE), validation.kernelNumber)
            }
            if let all = bond.arpAllTargets { data.attribute(Int(IFLA_BOND_ARP_ALL_TARGETS), UInt32(all ? 1 : 0)) }
            return
        }
        if let interval = bond.monitoringMilliseconds { data.attribute(Int(IFLA_BOND_MIIMON), interval) }
        if let delay = bond.upDelayMilliseconds { data.attribute(Int(IFLA_BOND_UPDELAY), delay) }
        if let delay = bond.downDelayMilliseconds { data.attribute(Int(IFLA_BOND_DOWNDELAY), delay) }
    }

    private static func appendBalancing(of bond: BondParameters, to data: inout NetlinkMessageBuilder) {
        if let policy = bond.transmitHashPolicy, [.balanceXOR, .lacp, .balanceTransmit].contains(bond.mode) {
            data.attribute(Int(IFLA_BOND_XMIT_HASH_POLICY), UInt8(policy.kernelNumber))
        }
        if let count = bond.packetsPerMember, bond.mode == .balanceRoundRobin {
            data.attribute(Int(IFLA_BOND_PACKETS_PER_SLAVE), count)
        }
        if let seconds = bond.learningPacketSeconds, [.balanceTransmit, .balanceAdaptive].contains(bond.mode) {
            data.attribute(Int(IFLA_BOND_LP_INTERVAL), seconds)
        }
        if let all = bond.allMembersActive {
            data.attribute(Int(IFLA_BOND_ALL_SLAVES_ACTIVE), UInt8(all ? 1 : 0))
        }
    }

    private static func appendFailOver(of bond: BondParameters, to data: inout NetlinkMessageBuilder) {
        if let choice = bond.failOverMAC, bond.mode == .activeBackup {
            data.attribute(Int(IFLA_BOND_FAIL_OVER_MAC), UInt8(choice.kernelNumber))
        }
        if let choice = bond.primaryReselection {
            data.attribute(Int(IFLA_BOND_PRIMARY_RESELECT), UInt8(choice.kernelNumber))
        }
        if let count = bond.gratuitousARPCount { data.attribute(Int(IFLA_BOND_NUM_PEER_NOTIF), count) }
        if let count = bond.igmpResendCount { data.attribute(Int(IFLA_BOND_RESEND_IGMP), count) }
    }
}

extension CaseIterable where Self: Equatable {
    /// The kernel's number for a choice: the cases stand in its order, from 0.
    fileprivate var kernelNumber: UInt32 {
        UInt32(Self.allCases.enumerated().first { $0.element == self }?.offset ?? 0)
    }

    /// The choice of which this is the kernel's number.
    init?(kernelNumber number: UInt32) {
        guard let choice = Self.allCases.dropFirst(Int(number)).first else { return nil }
        self = choice
    }
}
