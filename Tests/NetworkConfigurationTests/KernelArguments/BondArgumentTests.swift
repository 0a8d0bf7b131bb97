import NetworkTypes
import Testing

@testable import NetworkConfiguration

@Suite("bond= and its options")
struct BondArgumentTests {
    private func bond(_ options: String) throws -> BondParameters {
        try BondArgument("bond0:eth0,eth1:\(options)").parameters
    }

    @Test("every option by the kernel's name sets its field")
    func everyOption() throws {
        let bond = try bond(
            "mode=active-backup,miimon=50,updelay=200,downdelay=300,lacp_rate=fast,xmit_hash_policy=layer3+4,"
                + "ad_select=bandwidth,min_links=1,primary=eth1,primary_reselect=better,fail_over_mac=follow,"
                + "all_slaves_active=1,arp_interval=1000,arp_ip_target=192.0.2.1;192.0.2.2,arp_validate=backup,"
                + "arp_all_targets=all,num_grat_arp=3,resend_igmp=4,packets_per_slave=5,lp_interval=6")
        var expected = BondParameters(mode: .activeBackup)
        expected.monitoringMilliseconds = 50
        expected.upDelayMilliseconds = 200
        expected.downDelayMilliseconds = 300
        expected.lacpRate = .fast
        expected.transmitHashPolicy = .layer34
        expected.aggregatorSelection = .bandwidth
        expected.minimumLinks = 1
        expected.primary = "eth1"
        expected.primaryReselection = .better
        expected.failOverMAC = .follow
        expected.allMembersActive = true
        expected.arpIntervalMilliseconds = 1000
        expected.arpTargets = ["192.0.2.1", "192.0.2.2"].compactMap { IPv4Address($0) }
        expected.arpValidation = .backup
        expected.arpAllTargets = true
        expected.gratuitousARPCount = 3
        expected.igmpResendCount = 4
        expected.packetsPerMember = 5
        expected.learningPacketSeconds = 6
        #expect(bond == expected)
    }

    @Test(
        "modes by the kernel's numbers",
        arguments: [
            ("0", BondMode.balanceRoundRobin), ("1", .activeBackup), ("2", .balanceXOR), ("3", .broadcast),
            ("4", .lacp), ("5", .balanceTransmit), ("6", .balanceAdaptive), ("802.3ad", .lacp),
        ])
    func mode(text: String, mode: BondMode) throws {
        #expect(try bond("mode=\(text)").mode == mode)
    }

    @Test("other choices by the kernel's numbers (include/uapi/linux/if_bonding.h)")
    func numbers() throws {
        let policies = try (0...5).map { try bond("xmit_hash_policy=\($0)").transmitHashPolicy }
        #expect(policies == [.layer2, .layer34, .layer23, .encapsulated23, .encapsulated34, .vlanAndSourceMAC])
        #expect(try bond("lacp_rate=1").lacpRate == .fast)
        #expect(try bond("ad_select=2").aggregatorSelection == .count)
        #expect(try bond("fail_over_mac=1").failOverMAC == .active)
        #expect(try bond("primary_reselect=2").primaryReselection == .failure)
        #expect(try bond("arp_validate=3").arpValidation == .all)
        #expect(try bond("arp_all_targets=0").arpAllTargets == false)
        #expect(try bond("all_slaves_active=delivered").allMembersActive == true)
        #expect(try bond("num_unsol_na=7").gratuitousARPCount == 7)
    }

    @Test("carriers are watched unless members are asked by ARP, or the option says how often")
    func monitoring() throws {
        #expect(try bond("").monitoringMilliseconds == 100)
        #expect(try bond("miimon=0").monitoringMilliseconds == 0)
        #expect(try bond("arp_interval=500,arp_ip_target=192.0.2.1").monitoringMilliseconds == nil)
        #expect(try bond("miimon=80,arp_interval=0").monitoringMilliseconds == 80)
    }

    @Test("the primary is named as the members are")
    func primary() throws {
        let asked = try network("bond=bond0:52-54-00-00-00-01,eth1:mode=1,primary=52-54-00-00-00-01")
        guard case .bond(let bond, let members) = asked.configuration?.links.first?.kind else {
            Issue.record("no bond")
            return
        }
        #expect(bond.primary == members.first)
    }

    @Test(
        "options that are none are errors that say what may be",
        arguments: [
            ("mode=fast", "has mode=fast but may have balance-rr (0), active-backup (1)"), ("mode=7", "has mode=7"),
            ("mode", "has the option \"mode\" but must have name=value"), ("miimon=often", "has miimon=often"),
            ("miimon=4294967296", "has miimon=4294967296"), ("num_grat_arp=256", "may have a number up to 255"),
            ("lacp_rate=2", "has lacp_rate=2 but may have slow (0), fast (1)"),
            ("arp_ip_target=gateway", "has the arp_ip_target \"gateway\""),
            ("arp_validate=filter", "has arp_validate=filter"), ("use_carrier=0", "has the option \"use_carrier\""),
            ("max_bonds=2", "has the option \"max_bonds\" but may have mode, miimon, updelay"),
        ])
    func mistakes(options: String, problem: String) {
        let found = problems("bond=bond0:eth0,eth1:\(options)")
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.contains(problem) == true, "\(found)")
        #expect(found.first?.contains("bond=bond0:eth0,eth1:\(options)") == true, "\(found)")
    }

    @Test(
        "options that contradict each other are told by the model",
        arguments: [
            ("mode=802.3ad,primary=eth0", "has no primary"), ("mode=1,primary=eth2", "is none of its members"),
            ("mode=4,arp_interval=100,arp_ip_target=192.0.2.1", "cannot watch its members by ARP"),
            ("arp_interval=100", "no ARP targets"), ("min_links=3", "needs 3 links but has 2 members"),
        ])
    func contradictions(options: String, problem: String) {
        let found = problems("bond=bond0:eth0,eth1:\(options)")
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.contains(problem) == true, "\(found)")
    }
}
