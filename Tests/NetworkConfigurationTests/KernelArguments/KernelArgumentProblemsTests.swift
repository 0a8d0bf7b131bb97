import NetworkTypes
import Testing

@testable import NetworkConfiguration

@Suite("What is wrong on the kernel command line")
struct KernelArgumentProblemsTests {
    @Test(
        "each mistake is one sentence that quotes the argument",
        arguments: [
            ("ip=", "ip= is empty"), ("ip", "ip= is empty"), ("ip=::::", "ip=:::: is empty"),
            ("ip=dhcpp", "ip=dhcpp has the method \"dhcpp\" but may have one of dhcp, on, any"),
            ("ip=eth0", "ip=eth0 has the method \"eth0\""),
            ("ip=off", "ip=off asks for no network"), ("ip=::::::none", "asks for no network"),
            ("ip=eth0:off", "no link gets an address"),
            ("ip=ibft", "ip=ibft asks for ibft, which is not supported"), ("ip=link6", "link6, which is not supported"),
            ("ip=eth0:rarp", "RARP is not spoken"), ("ip=dhcp,off", "asks for addresses and for none"),
            ("ip=192.0.2.7", "ip=192.0.2.7 gives an address without a netmask"),
            ("ip=192.0.2.7::192.0.2.1:::eth0:off", "gives 192.0.2.7 without a netmask"),
            ("ip=192.0.2.7::192.0.2.1:255.0.255.0::eth0:off", "has the netmask \"255.0.255.0\""),
            ("ip=192.0.2.7::192.0.2.1:33::eth0:off", "has the netmask \"33\""),
            ("ip=192.0.2.7::gateway:24::eth0:off", "has the gateway \"gateway\", no address"),
            ("ip=192.0.2.7:server::24::eth0:off", "has the server \"server\", no address"),
            ("ip=192.0.2.7:::24:a_b:eth0:off", "\"a_b\", which is no host name"),
            ("ip=192.0.2.7:::24::eth0:dhcp", "gives an address and asks for dhcp as well"),
            ("ip=192.0.2.7:::24::eth0:static", "has the method \"static\""),
            ("ip=192.0.2.300:::24::eth0:off", "has \"192.0.2.300\" where an address must be"),
            ("ip=2001:db8::7:::64::eth0:off", "has \"2001\" where an address must be"),
            ("ip=192.0.2.7:::24::eth0:off:big", "has the MTU \"big\", no number"),
            ("ip=192.0.2.7:::24::eth0:off:1500:nonsense", "has \"nonsense\" where a MAC address must be"),
            ("ip=192.0.2.7:::24::eth0:off:192.0.2.53:9000", "has \"9000\" where a server's address must be"),
            ("ip=192.0.2.7:::24::eth0:off:192.0.2.1:192.0.2.2:192.0.2.3:192.0.2.4", "more than two name servers"),
            ("ip=eth0:dhcp:1500:02-00-00-00-00-01:more", "has something behind its MAC address"),
            ("ip=eth0:dhcp:99999999999", "has the MTU \"99999999999\", no number"),
            ("ip=[2001:db8::7::[fe80::1]:64::eth0:off", "where an address must be (one of IPv6 in brackets)"),
            ("ip=[2001:db8::7", "not closed"),
            ("ip=[2001:db8::7]x:::64::eth0:off", "more than a colon behind a bracket"),
            ("ip=192.0.2.7::198.51.100.1:24::eth0:off", "gateway 198.51.100.1 is not in the network of 192.0.2.7/24"),
            ("ip=192.0.2.255:::24::eth0:off", "192.0.2.255/24 is its network's own or broadcast address"),
            ("ip=eth0:dhcp:68", "MTU 68 is not between 576 and 65535"),
            ("ip=eth0:dhcp ip=eth0:dhcp", "ip=eth0:dhcp is given twice"),
            (
                "ip=eth0:dhcp ip=192.0.2.7:::24::eth0:off",
                "are for one link: there may be one for IPv4 and one for IPv6"
            ),
            ("ip=eth0:dhcp ip=dhcp", "exclude each other"),
            ("ip=averylongnameofalink:dhcp", "\"averylongnameofalink\" is no link's name"),
            ("ip=eth0:dhcp bond=bond0:eth0,eth1", "eth0 is a member of bond0 and cannot have addresses of its own"),
            ("bond=bond0:eth0,eth1 bond=bond1:eth1,eth2", "eth1 cannot be a member of both bond0 and bond1"),
            ("bond=bond0:,", "bond bond0 has no members"),
            ("bond=bond0:eth0:mode=1:1500:5", "has 5 fields but may have four"),
            ("bond=bond0:eth0::big", "has the MTU \"big\", no number"),
            ("ip=192.0.2.7:::24:::off vlan=vlan5:eth0 vlan=vlan6:eth0", "names no link but must"),
            ("ip=dhcp vlan=vlan5:eth0 ip=vlan5:dhcp", "ip=dhcp names no link but must, since there are vlan5"),
            ("vlan=vlan5", "vlan=vlan5 must have a name and the link below"),
            ("vlan=vlan5:eth0:eth1", "must have a name and the link below"), ("vlan", "must have a name"),
            ("vlan=five:eth0", "has the name \"five\" but must tell a tag from 1 to 4094"),
            ("vlan=vlan0:eth0", "must tell a tag"), ("vlan=eth0.4095:eth0", "must tell a tag"),
            ("vlan=vlan+5:eth0", "must tell a tag"),
            ("vlan=vlan5:eth0 vlan=eth0.5:eth0", "VLAN 5 of eth0 is configured twice"),
            ("bridge=br0", "must have a name and members"), ("bridge=br0:eth0:eth1", "must have a name and members"),
            ("team=team0:eth0,eth1", "team=team0:eth0,eth1 is not supported: use bond="),
            ("ifname=boot", "ifname=boot must have a name and a MAC address"),
            ("ifname=boot:52:54:00:00:00", "must have a name and a MAC address"),
            ("ifname=a:52:54:00:00:00:01 ifname=a:52:54:00:00:00:02 ip=a:dhcp", "exclude each other"),
            ("nameserver=resolver", "nameserver=resolver must be an IPv4 or IPv6 address"),
            ("ip=dhcp nameserver=0.0.0.0", "0.0.0.0 is no name server's address"),
            ("ip=dhcp rd.route=192.0.2.0:198.51.100.1", "must have a network with its mask and a gateway"),
            ("ip=dhcp rd.route=192.0.2.0/24:router", "has the gateway \"router\", no address"),
            ("ip=dhcp rd.route=192.0.2.0/24:192.0.2.1:eth7", "names eth7, which is not configured"),
            ("ip=eth0:dhcp ip=eth1:dhcp rd.route=192.0.2.0/24:198.51.100.1", "names no link but must"),
            ("ip=eth0:dhcp bootdev=eth7", "bootdev=eth7 names a link that no ip="),
        ])
    func mistakes(commandLine: String, problem: String) {
        let found = problems(commandLine)
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.contains(problem) == true, "\(found)")
    }

    @Test(
        "a mistake with consequences is among what is told",
        arguments: [
            ("bond=bond0:eth0,eth0", "names one member twice"), ("vlan=vlan5:vlan5", "lies upon itself"),
            ("bond=bond0:eth0 bond=bond0:eth1", "bond0 is configured twice"),
        ])
    func consequences(commandLine: String, problem: String) {
        #expect(problems(commandLine).contains { $0.contains(problem) }, "\(problems(commandLine))")
    }

    @Test("all of them are told together, with what to correct")
    func together() {
        let found = problems("ip=dhcpp ip=192.0.2.7::198.51.100.1:24::eth0:off vlan=five:eth1 nameserver=resolver")
        #expect(found.count == 4, "\(found)")
        let error = NetworkConfigurationError(source: .kernelArguments, problems: found)
        #expect(error.description.contains("from the kernel command line is invalid"))
        #expect(error.advice.contains("ip="))
    }

    @Test("nothing that is written there ends the agent")
    func anything() {
        let pieces = [
            "", ":", "::", "[", "]", ",", "=", ";", "/", "eth0", "192.0.2.7", "24", "dhcp", "off", "é", "52", "0", "-",
            ".",
        ]
        var state: UInt64 = 42
        for _ in 0..<5_000 {
            var value = ""
            for _ in 0..<12 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                value += pieces[Int(state >> 33) % pieces.count]
            }
            for name in ["ip", "bond", "vlan", "bridge", "ifname", "rd.route", "nameserver", "BOOTIF", "bootdev"] {
                _ = try? KernelNetworkArguments([(name, value)])
            }
        }
    }
}
