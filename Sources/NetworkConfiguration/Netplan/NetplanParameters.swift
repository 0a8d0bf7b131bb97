import NetworkTypes
import YAML

extension BondParameters {
    /// Reads a bond's `parameters`.
    ///
    /// Netplan's default of never looking at the carriers is not taken over: a bond that does not notice a dead link is
    /// nobody's wish.
    init(netplan bond: inout NetplanMapping) {
        self.init(mode: .balanceRoundRobin)
        guard var parameters = bond.mapping("parameters") else { return }
        mode = parameters.choice("mode") ?? mode
        lacpRate = parameters.choice("lacp-rate", among: ["slow": .slow, "fast": .fast])
        minimumLinks = parameters.integer("min-links", in: 0...UInt32.max)
        transmitHashPolicy = parameters.choice("transmit-hash-policy")
        aggregatorSelection = parameters.choice("ad-select")
        allMembersActive = parameters.bool("all-members-active", formerly: "all-slaves-active")
        failOverMAC = parameters.choice("fail-over-mac-policy")
        gratuitousARPCount = parameters.integer("gratuitous-arp", formerly: "gratuitious-arp", in: 1...UInt8.max)
        packetsPerMember = parameters.integer("packets-per-member", formerly: "packets-per-slave", in: 0...65535)
        primary = parameters.name("primary", mustBe: "the name of a member")
        primaryReselection = parameters.choice("primary-reselect-policy")
        igmpResendCount = parameters.integer("resend-igmp", in: 0...255)
        learningPacketSeconds = parameters.seconds("learn-packet-interval")
        readMonitoring(&parameters)
        parameters.finish()
    }

    /// How it is found out that a member is dead.
    private mutating func readMonitoring(_ parameters: inout NetplanMapping) {
        let line = parameters.take("mii-monitor-interval")?.line
        let interval = parameters.milliseconds("mii-monitor-interval")
        upDelayMilliseconds = parameters.milliseconds("up-delay")
        downDelayMilliseconds = parameters.milliseconds("down-delay")
        arpIntervalMilliseconds = parameters.milliseconds("arp-interval")
        arpTargets = parameters.list("arp-ip-targets", mustBe: "an IPv4 address") { node in
            node.string.flatMap { IPv4Address($0) }
        }
        arpValidation = parameters.choice("arp-validate")
        arpAllTargets = parameters.choice("arp-all-targets", among: ["any": false, "all": true])
        monitoringMilliseconds = interval ?? monitoringMilliseconds
        guard let arpIntervalMilliseconds, arpIntervalMilliseconds > 0 else { return }
        // The driver does one or the other.
        monitoringMilliseconds = nil
        if let line, let interval, interval > 0 {
            parameters.findings.warn(line, "mii-monitor-interval has no effect beside arp-interval")
        }
    }
}

extension BridgeParameters {
    /// Reads a bridge's `parameters`.
    init(netplan bridge: inout NetplanMapping) {
        self.init()
        usesSpanningTree = true
        guard var parameters = bridge.mapping("parameters") else { return }
        usesSpanningTree = parameters.bool("stp") ?? true
        forwardDelaySeconds = parameters.seconds("forward-delay")
        helloSeconds = parameters.seconds("hello-time")
        maximumAgeSeconds = parameters.seconds("max-age")
        ageingSeconds = parameters.seconds("ageing-time", formerly: "aging-time")
        priority = parameters.integer("priority", in: 0...UInt16.max)
        parameters.leaveOut("path-cost", "port-priority")
        parameters.finish()
    }
}
