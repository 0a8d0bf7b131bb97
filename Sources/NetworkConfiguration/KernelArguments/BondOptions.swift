import NetworkTypes

/// The options of a bond by the kernel's names (Documentation/networking/bonding.rst), as `bond=` has them.
struct BondOptions {
    /// The whole argument, for errors.
    let argument: String
    /// What of them does nothing, one sentence each.
    private(set) var warnings: [String] = []
    private var bond = BondParameters(mode: .balanceRoundRobin)
    private var isMonitoringGiven = false

    private static let known = [
        "mode", "miimon", "updelay", "downdelay", "lacp_rate", "xmit_hash_policy", "ad_select", "min_links", "primary",
        "primary_reselect", "fail_over_mac", "all_slaves_active", "arp_interval", "arp_ip_target", "arp_validate",
        "arp_all_targets", "num_grat_arp", "num_unsol_na", "resend_igmp", "packets_per_slave", "lp_interval",
    ]

    /// Without options it is as the kernel has it, but for carriers being watched.
    init(argument: String) {
        self.argument = argument
    }

    /// The parameters once all options were read.
    var finished: BondParameters {
        var bond = bond
        // The kernel watches carriers or asks by ARP, but not both.
        if !isMonitoringGiven, bond.arpIntervalMilliseconds ?? 0 > 0 { bond.monitoringMilliseconds = nil }
        return bond
    }

    /// Reads one `name=value`.
    mutating func read(_ option: String) throws(ArgumentProblem) {
        let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else {
            throw ArgumentProblem(argument, "has the option \"\(option)\" but must have name=value, as mode=802.3ad is")
        }
        let (name, value) = (parts[0], parts[1])
        switch name {
        case "mode": bond.mode = try choice(name, value)
        case "lacp_rate": bond.lacpRate = try choice(name, value, ["slow", "fast"], [.slow, .fast])
        case "xmit_hash_policy": bond.transmitHashPolicy = try choice(name, value)
        case "ad_select": bond.aggregatorSelection = try choice(name, value)
        case "primary": bond.primary = value
        case "primary_reselect": bond.primaryReselection = try choice(name, value)
        case "fail_over_mac": bond.failOverMAC = try choice(name, value)
        case "all_slaves_active":
            bond.allMembersActive = try choice(name, value, ["dropped", "delivered"], [false, true])
        case "arp_validate": bond.arpValidation = try choice(name, value)
        case "arp_all_targets": bond.arpAllTargets = try choice(name, value, ["any", "all"], [false, true])
        case "arp_ip_target": try readTargets(value)
        default: try readNumber(name, value)
        }
    }

    private mutating func readNumber(_ name: String, _ value: String) throws(ArgumentProblem) {
        switch name {
        case "miimon":
            bond.monitoringMilliseconds = try number(name, value)
            isMonitoringGiven = true
        case "updelay": bond.upDelayMilliseconds = try number(name, value)
        case "downdelay": bond.downDelayMilliseconds = try number(name, value)
        case "min_links": bond.minimumLinks = try number(name, value)
        case "arp_interval": bond.arpIntervalMilliseconds = try number(name, value)
        case "num_grat_arp", "num_unsol_na":
            bond.gratuitousARPCount = UInt8(truncatingIfNeeded: try number(name, value, most: 255))
        case "resend_igmp": bond.igmpResendCount = try number(name, value, most: 255)
        case "packets_per_slave": bond.packetsPerMember = try number(name, value, most: 65535)
        case "lp_interval": bond.learningPacketSeconds = try number(name, value)
        // What every driver does now, and often written still.
        case "use_carrier" where value == "1": warnings.append("\(argument): use_carrier=1 is so anyway")
        default:
            let names = Self.known.joined(separator: ", ")
            throw ArgumentProblem(argument, "has the option \"\(name)\" but may have \(names)")
        }
    }

    private mutating func readTargets(_ value: String) throws(ArgumentProblem) {
        for target in value.split(separator: ";") {
            guard let address = IPv4Address(target) else {
                throw ArgumentProblem(
                    argument, "has the arp_ip_target \"\(target)\" but may have IPv4 addresses, separated by semicolons"
                )
            }
            bond.arpTargets.append(address)
        }
    }

    private func number(_ name: String, _ value: String, most: UInt32 = .max) throws(ArgumentProblem) -> UInt32 {
        guard let number = decimal(value), number <= min(most, UInt32(Int32.max)) else {
            let range = most == .max ? "a number" : "a number up to \(most)"
            throw ArgumentProblem(argument, "has \(name)=\(value) but may have \(range)")
        }
        return number
    }

    /// A value by its name, or by its place among all of them, which is the kernel's number for it.
    private func choice<Value: CaseIterable & RawRepresentable<String>>(
        _ name: String, _ value: String
    ) throws(ArgumentProblem) -> Value {
        try choice(name, value, Value.allCases.map(\.rawValue), Array(Value.allCases))
    }

    private func choice<Value>(
        _ name: String, _ value: String, _ names: [String], _ values: [Value]
    ) throws(ArgumentProblem) -> Value {
        for (index, pair) in zip(names, values).enumerated() where value == pair.0 || value == "\(index)" {
            return pair.1
        }
        let known = names.enumerated().map { "\($1) (\($0))" }.joined(separator: ", ")
        throw ArgumentProblem(argument, "has \(name)=\(value) but may have \(known)")
    }
}
