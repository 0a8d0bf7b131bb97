import NetworkTypes
import Testing

@testable import NetworkConfiguration

@Suite("The network from the kernel command line")
struct KernelNetworkArgumentsTests {
    private static let everyNIC = "every physical NIC"
    private static let first = "the first NIC with a carrier"

    @Test(
        "ip= in all its forms",
        arguments: [
            ("ip=192.168.1.171::192.168.1.1:255.255.255.0::eth0:off", ["eth0 192.168.1.171/24 0.0.0.0/0>192.168.1.1"]),
            ("ip=192.0.2.7::192.0.2.1:24::eno1:none", ["eno1 192.0.2.7/24 0.0.0.0/0>192.0.2.1"]),
            ("ip=192.0.2.7/24::192.0.2.1:::eno1:none", ["eno1 192.0.2.7/24 0.0.0.0/0>192.0.2.1"]),
            ("ip=192.0.2.7:0.0.0.0:0.0.0.0:255.255.255.0::eno1:off", ["eno1 192.0.2.7/24"]),
            ("ip=192.0.2.7:::255.255.255.0", ["\(first) 192.0.2.7/24"]),
            ("ip=198.51.100.9::192.0.2.1:32::eno1:off", ["eno1 198.51.100.9/32 0.0.0.0/0>192.0.2.1!"]),
            ("ip=[2001:db8::7]::[2001:db8::1]:64::eno1:off", ["eno1 2001:db8::7/64 ::/0>2001:db8::1"]),
            ("ip=[2001:db8::7/64]::[fe80::1]:::eno1:off", ["eno1 2001:db8::7/64 ::/0>fe80::1"]),
            ("ip=[2001:db8::7]::[fe80::1]:128::eno1:off", ["eno1 2001:db8::7/128 ::/0>fe80::1"]),
            ("ip=dhcp", ["\(everyNIC) dhcp4"]), ("ip=on", ["\(everyNIC) dhcp4"]), ("ip=any", ["\(everyNIC) dhcp4"]),
            ("ip=single-dhcp", ["\(everyNIC) dhcp4"]), ("ip=dhcp6", ["\(everyNIC) dhcp6"]),
            ("ip=auto6", ["\(everyNIC) ra"]), ("ip=either6", ["\(everyNIC) dhcp6 ra"]),
            ("ip=dhcp,dhcp6", ["\(everyNIC) dhcp4 dhcp6"]), ("ip=dhcp ip=auto6", ["\(everyNIC) dhcp4 ra"]),
            ("ip=:dhcp", ["\(everyNIC) dhcp4"]), ("ip=::::::dhcp", ["\(everyNIC) dhcp4"]),
            ("ip=:::::eno1:dhcp", ["eno1 dhcp4"]), ("ip=:::::eno1:", ["eno1 dhcp4"]), ("ip=eno1:dhcp", ["eno1 dhcp4"]),
            ("ip=eno1:dhcp:9000", ["eno1 dhcp4 mtu=9000"]),
            ("ip=eno1:dhcp:9000:02:00:00:00:00:01", ["eno1 dhcp4 mtu=9000 mac=02:00:00:00:00:01"]),
            ("ip=eno1:dhcp::02-00-00-00-00-01", ["eno1 dhcp4 mac=02:00:00:00:00:01"]),
            ("ip=52-54-00-AA-BB-CC:dhcp", ["52:54:00:aa:bb:cc dhcp4"]),
            ("ip=52:54:00:AA:BB:CC:dhcp:1400", ["52:54:00:aa:bb:cc dhcp4 mtu=1400"]),
            (
                "ip=192.0.2.7::192.0.2.1:24::52:54:00:aa:bb:cc:off",
                ["52:54:00:aa:bb:cc 192.0.2.7/24 0.0.0.0/0>192.0.2.1"]
            ),
            ("ip=192.0.2.7:::24::eno1:off:9000", ["eno1 192.0.2.7/24 mtu=9000"]),
            ("ip=192.0.2.7:::24::eno1:off::02-00-00-00-00-01", ["eno1 192.0.2.7/24 mac=02:00:00:00:00:01"]),
            (
                "ip=192.0.2.7:::24::eno1:off:1500:02:00:00:00:00:01",
                ["eno1 192.0.2.7/24 mtu=1500 mac=02:00:00:00:00:01"]
            ),
            (
                "ip=192.0.2.7:::24::eno1:off:192.0.2.53:198.51.100.53:192.0.2.123",
                ["eno1 192.0.2.7/24 dns=192.0.2.53 dns=198.51.100.53"]
            ),
            ("ip=192.0.2.7:::24::eno1:off::192.0.2.53", ["eno1 192.0.2.7/24 dns=192.0.2.53"]),
            ("ip=192.0.2.7:::24::eno1:off:[2001:db8::53]", ["eno1 192.0.2.7/24 dns=2001:db8::53"]),
            (
                "ip=192.0.2.7:::24::eno1:off ip=[2001:db8::7]:::64::eno1:off",
                ["eno1 192.0.2.7/24 2001:db8::7/64"]
            ),
            ("ip=192.0.2.7:::24::eno1:auto6", ["eno1 ra 192.0.2.7/24"]),
            ("ip=eth1:dhcp ip=192.0.2.7:::24::eth0:off", ["eth1 dhcp4", "eth0 192.0.2.7/24"]),
            ("ip=192.0.2.7:::24:::off ip=eth1:dhcp", ["\(first) 192.0.2.7/24", "eth1 dhcp4"]),
        ])
    func addresses(commandLine: String, links: [String]) throws {
        let configuration = try #require(try network(commandLine).configuration)
        #expect(configuration.links.map(\.summary) == links)
        #expect(configuration.source == .kernelArguments)
    }

    @Test(
        "bonds, VLANs and bridges come with what is below them, and get their addresses by DHCP if nothing else is said",
        arguments: [
            ("bond=bond0:eth0,eth1", ["bond0 bond(eth0,eth1) dhcp4", "eth0", "eth1"]),
            ("bond", ["bond0 bond(eth0,eth1) dhcp4", "eth0", "eth1"]),
            ("bond=uplink", ["uplink bond(eth0,eth1) dhcp4", "eth0", "eth1"]),
            ("bond=bond0:eth0,eth1::9000", ["bond0 bond(eth0,eth1) dhcp4 mtu=9000", "eth0", "eth1"]),
            (
                "ip=192.0.2.7::192.0.2.1:24::bond0:off bond=bond0:52-54-00-00-00-01,eno2",
                ["bond0 bond(52:54:00:00:00:01,eno2) 192.0.2.7/24 0.0.0.0/0>192.0.2.1", "52:54:00:00:00:01", "eno2"]
            ),
            ("ip=dhcp6 bond=bond0:eth0,eth1", ["bond0 bond(eth0,eth1) dhcp6", "eth0", "eth1"]),
            (
                "ip=192.0.2.7:::24:::off vlan=bond0.5:bond0 bond=bond0:eth0,eth1",
                ["bond0.5 vlan(5,bond0) 192.0.2.7/24", "bond0 bond(eth0,eth1)", "eth0", "eth1"]
            ),
            ("vlan=eth0.5:eth0", ["eth0.5 vlan(5,eth0) dhcp4", "eth0"]),
            ("vlan=eth0.0005:eth0", ["eth0.0005 vlan(5,eth0) dhcp4", "eth0"]),
            ("vlan=vlan5:eth0", ["vlan5 vlan(5,eth0) dhcp4", "eth0"]),
            ("vlan=vlan0005:eth0", ["vlan0005 vlan(5,eth0) dhcp4", "eth0"]),
            ("vlan=vlan4094:52:54:00:00:00:01", ["vlan4094 vlan(4094,52:54:00:00:00:01) dhcp4", "52:54:00:00:00:01"]),
            ("vlan=vlan5:eth0 ip=eth0:dhcp", ["eth0 dhcp4", "vlan5 vlan(5,eth0) dhcp4"]),
            (
                "vlan=vlan5:eth0 vlan=vlan6:eth0 ip=vlan6:auto6",
                ["vlan6 vlan(6,eth0) ra", "vlan5 vlan(5,eth0) dhcp4", "eth0"]
            ),
            (
                "vlan=vlan5:eth0 vlan=vlan6:eth0 ip=vlan6:off",
                ["vlan6 vlan(6,eth0)", "vlan5 vlan(5,eth0) dhcp4", "eth0"]
            ),
            ("bridge=br0:eth0,eth1", ["br0 bridge(eth0,eth1) dhcp4", "eth0", "eth1"]),
            ("bridge", ["br0 bridge(eth0) dhcp4", "eth0"]),
            ("bridge=br0:vlan7 vlan=vlan7:eth0", ["br0 bridge(vlan7) dhcp4", "vlan7 vlan(7,eth0)", "eth0"]),
            (
                "ifname=boot:52:54:00:00:00:01 ip=boot:dhcp", ["boot renamed dhcp4"]
            ),
            ("ifname=boot:52-54-00-00-00-01 ip=52-54-00-00-00-01:dhcp", ["boot renamed dhcp4"]),
            (
                "ifname=a:52:54:00:00:00:01 bond=bond0:52-54-00-00-00-01,eno2",
                ["bond0 bond(a,eno2) dhcp4", "a renamed", "eno2"]
            ),
            ("ip=eth0:dhcp ip=eth1:dhcp bootdev=eth1", ["eth1 dhcp4", "eth0 dhcp4"]),
            ("ip=dhcp bootdev=eth1", ["eth1 dhcp4"]),
            ("ip=192.0.2.7:::24:::off bootdev=52-54-00-00-00-01", ["52:54:00:00:00:01 192.0.2.7/24"]),
        ])
    func links(commandLine: String, links: [String]) throws {
        #expect(try network(commandLine).configuration?.links.map(\.summary) == links)
    }

    @Test(
        "routes go to the link that is named, or whose network has the gateway, or that is the only one",
        arguments: [
            (
                "ip=eth0:dhcp ip=eth1:dhcp rd.route=192.0.2.0/24:198.51.100.1:eth1",
                ["eth0 dhcp4", "eth1 dhcp4 192.0.2.0/24>198.51.100.1"]
            ),
            (
                "ip=eth0:dhcp ip=198.51.100.7:::24::eth1:off rd.route=192.0.2.9/255.255.255.0:198.51.100.1",
                ["eth0 dhcp4", "eth1 198.51.100.7/24 192.0.2.0/24>198.51.100.1"]
            ),
            ("ip=dhcp rd.route=192.0.2.0/24:198.51.100.1", ["\(everyNIC) dhcp4 192.0.2.0/24>198.51.100.1"]),
            ("ip=eth0:dhcp rd.route=192.0.2.0/24::eth0", ["eth0 dhcp4 192.0.2.0/24>link"]),
            (
                "ip=[2001:db8:2::7]:::64::ens10:off rd.route=[2001:db8:3::/48]:[2001:db8:2::1]:ens10",
                ["ens10 2001:db8:2::7/64 2001:db8:3::/48>2001:db8:2::1"]
            ),
        ])
    func routes(commandLine: String, links: [String]) throws {
        #expect(try network(commandLine).configuration?.links.map(\.summary) == links)
    }

    @Test("name servers hold for any network, and come once each")
    func nameServers() throws {
        let servers = "nameserver=192.0.2.53 nameserver=[2001:db8::53] nameserver=2001:db8::54 nameserver=192.0.2.53"
        let expected = ["192.0.2.53", "2001:db8::53", "2001:db8::54"].compactMap { IPAddress($0) }
        let alone = try network(servers)
        #expect(alone.configuration == nil)
        #expect(alone.nameServers == expected)
        let asked = try network("ip=dhcp " + servers)
        #expect(asked.nameServers == expected)
        #expect(asked.configuration?.nameServers == expected)
    }

    @Test("a host name comes back and is sent to the DHCP server; a time server holds for all")
    func hostName() throws {
        let asked = try network("ip=:::::eth0:dhcp ip=::::web-1.example:eth1:dhcp:192.0.2.53::192.0.2.123")
        #expect(asked.hostName == "web-1.example")
        #expect(asked.configuration?.link(named: "eth1")?.addressing.dhcp4?.hostName == "web-1.example")
        #expect(asked.configuration?.link(named: "eth0")?.addressing.dhcp4?.hostName == nil)
        #expect(asked.configuration?.ntpServers == ["192.0.2.123"])
        #expect(try network("ip=192.0.2.7:::24:db7:eth0:off").hostName == "db7")
    }

    @Test("rd.peerdns=0 leaves out the name servers of DHCP", arguments: [("0", false), ("no", false), ("1", true)])
    func peerDNS(value: String, isUsed: Bool) throws {
        let asked = try network("ip=eth0:dhcp rd.peerdns=\(value)")
        #expect(asked.configuration?.link(named: "eth0")?.addressing.dhcp4?.usesDNS == isUsed)
    }

    @Test(
        "the NIC that the machine booted from",
        arguments: [
            ("BOOTIF=01-52-54-00-AA-BB-CC", "52:54:00:aa:bb:cc"), ("BOOTIF=52-54-00-aa-bb-cc", "52:54:00:aa:bb:cc"),
            ("BOOTIF=52:54:00:aa:bb:cc", "52:54:00:aa:bb:cc"), ("BOOTIF=01:52:54:00:aa:bb:cc", "52:54:00:aa:bb:cc"),
            ("BOOTIF=01-52-54-00-aa-bb-cc rd.bootif=0", nil), ("BOOTIF=20-52-54-00-aa-bb-cc", nil),
            ("BOOTIF=01-00-00-00-00-00-00", nil), ("BOOTIF=${netX/mac}", nil), ("BOOTIF", nil), ("quiet", nil),
        ])
    func bootInterface(commandLine: String, mac: String?) throws {
        let asked = try network(commandLine)
        #expect(asked.bootMAC?.description == mac)
        #expect(asked.configuration == nil)
        #expect(
            asked.warnings.isEmpty == (mac != nil || !commandLine.contains("BOOTIF") || commandLine.contains("rd.")))
    }

    @Test("other arguments mean nothing")
    func others() throws {
        let asked = try network("console=ttyS0 rd.neednet=1 rd.net.timeout.dhcp=5 ipv6.disable=1 quiet --")
        #expect(try asked == network(""))
        #expect(asked.configuration == nil && asked.warnings.isEmpty)
    }

    @Test(
        "what does nothing is told",
        arguments: [
            ("ip=192.0.2.7:192.0.2.2::24::eth0:off", "the server 192.0.2.2 is ignored"),
            ("ip=::192.0.2.1:::eth0:dhcp", "the gateway is ignored"),
            ("ip=:::24::eth0:dhcp", "the netmask is ignored"),
            ("ip=eth0:dhcp ifname=boot:52:54:00:00:00:01", "ifname=boot:52:54:00:00:00:01 is ignored"),
            ("rd.route=192.0.2.0/24:198.51.100.1", "rd.route=192.0.2.0/24:198.51.100.1 is ignored"),
            ("bootdev=eth0", "bootdev=eth0 is ignored"),
            ("bond=bond0:eth0:use_carrier=1", "use_carrier=1"),
        ])
    func warnings(commandLine: String, warning: String) throws {
        let warnings = try network(commandLine).warnings
        #expect(warnings.count == 1)
        #expect(warnings.first?.contains(warning) == true, "\(warnings)")
    }
}
