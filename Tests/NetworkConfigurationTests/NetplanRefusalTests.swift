import Testing

@testable import NetworkConfiguration

@Suite struct NetplanRefusalTests: NetplanSuite {
    @Test func `all wrong values are told together with what is allowed`() throws {
        let error = #expect(throws: NetworkConfigurationError.self) { try fixture("wrong-types.yaml") }
        let prefix = "an address with the length of its prefix such as 192.0.2.7/24"
        let time = "a time such as 100 (ms), 100ms or 2s"
        let modes = "balance-rr, active-backup, balance-xor, broadcast, 802.3ad, balance-tlb or balance-alb"
        #expect(
            error?.problems == [
                "line 5: dhcp4 is \"maybe\", but must be true or false",
                "line 6: mtu is \"9k\", but must be a whole number from 576 to 65535",
                "line 7: addresses is \"192.0.2.7/24\", but must be a list",
                "line 8: macaddress is \"52:54:00\", but must be a MAC address such as 52:54:00:12:34:56",
                "line 10: an item of addresses is \"192.0.2.8\", but must be \(prefix)",
                "line 10: an item of addresses is \"192.0.2.300/24\", but must be \(prefix)",
                "line 10: an item of addresses is a mapping, but must be \(prefix)",
                "line 11: via is \"nowhere\", but must be an IP address",
                "line 11: metric is \"-1\", but must be a whole number from 0 to 4294967295",
                "line 11: the route has no \"to\"",
                "line 12: an item of addresses is \"dns.example\", but must be an IP address",
                "line 12: an item of search is \"a b\", but must be a domain name",
                "line 13: eno3 is empty, but must be a mapping of keys to values (check the indentation)",
                "line 14: the gateway 198.51.100.1 is not in the network of 192.0.2.9/24",
                "line 19: interfaces is \"eno1\", but must be a list",
                "line 20: mode is \"lacp\", but must be \(modes)",
                "line 20: lacp-rate is \"1\", but must be slow or fast",
                "line 20: all-slaves-active is \"2\", but must be true or false",
                "line 20: gratuitous-arp is \"256\", but must be a whole number from 1 to 255",
                "line 20: up-delay is \"5m\", but must be \(time)",
                "line 22: id is \"5000\", but must be a whole number from 1 to 4094",
                "line 23: VLAN vlan6 has no \"id\"",
                "line 23: link is a list, but must be the name of a link",
                "line 25: bridge br0 lies upon Wi-Fi device wlan0, which is not supported",
                "line 27: hello-time is \"1500ms\", but must be a time in whole seconds such as 15, 15s or 15000ms",
                "line 27: priority is \"65536\", but must be a whole number from 0 to 65535",
            ])
        #expect(
            error?.description.hasPrefix("the network configuration from wrong-types.yaml is invalid: line 5") == true)
        #expect(error?.advice == "correct wrong-types.yaml")
    }

    @Test(arguments: [
        ("", "the file is empty"), ("# nothing\n", "the file is empty"), ("---\n", "the file is empty"),
        ("network:\n", "line 1: network is empty, but must be a mapping of keys to values (check the indentation)"),
        ("hello", "line 1: the file is \"hello\", but must be a mapping of keys to values (check the indentation)"),
        (#"network: {version: 2, ethernets: {"a\e[2J": {}}}"#, #"line 1: "a\u{1B}[2J" is no name for a device"#),
        (
            #"network: {version: 2, vlans: {v: {id: 1, link: "\n"}}}"#,
            #"line 1: link is "\n", but must be the name of a link"#
        ),
        ("network: {version: 3}", "line 1: version is \"3\", but must be 2"),
        ("network: {version: 2}", "no link is configured"),
        (
            "network:\n  ethernets: {}",
            "line 2: there is no \"version\": write version: 2 with ethernets, bonds, vlans and bridges"
        ),
        (
            "network:\n  version: 1\n  config: []",
            "line 3: version 1 of the network configuration is not understood: write version: 2 with ethernets, bonds,"
                + " vlans and bridges"
        ),
        ("network:\n\tversion: 2", "line 2, column 1: a tab indents the line, where YAML allows spaces only"),
        (
            "network:\n  version: 2\n  version: 2",
            "line 3, column 3: the key \"version\" is there twice, first on line 2"
        ),
        ("\u{7f}ELF\u{2}\u{1}", "line 1: this is no text: control characters are not allowed (0x7f)"),
    ])
    func `a file that says nothing usable is refused`(text: String, problem: String) {
        #expect(problems(text) == [problem])
    }

    @Test func `version 1 is refused with what to write instead`() {
        let error = #expect(throws: NetworkConfigurationError.self) { try fixture("version-1.yaml") }
        #expect(error?.problems.count == 1)
        #expect(error?.problems.first?.contains("write version: 2 with ethernets") == true)
    }

    @Test func `a billion laughs are refused`() {
        var text = "network:\n  version: 2\n  a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            text +=
                "  a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", "))]\n"
        }
        #expect(problems(text).first?.hasSuffix("there are more than 20000 values, aliases expanded") == true)
    }

    @Test func `one parameter under two names is an error`() {
        let text = """
            network: {version: 2, bonds: {b: {interfaces: [e], parameters: {
              all-slaves-active: true,
              all-members-active: true}}}}
            """
        #expect(problems(text) == ["line 2: all-slaves-active is the same as all-members-active on line 3"])
    }

    @Test func `links that contradict each other are an error`() {
        let text = """
            network:
              version: 2
              ethernets: {e: {dhcp4: true}}
              bonds: {b: {interfaces: [e]}, c: {interfaces: [e]}}
            """
        #expect(
            problems(text) == [
                "e is a member of b and cannot have addresses of its own", "e cannot be a member of both b and c",
                "e is a member of c and cannot have addresses of its own",
            ])
    }

    @Test func `a flood of findings is cut short`() throws {
        let keys = (0..<200).map { "k\($0): 1" }.joined(separator: ", ")
        let warnings = try read("network: {version: 2, ethernets: {e: {\(keys)}}}").warnings
        #expect(warnings.count == 51)
        #expect(warnings.last == "150 more are left out")
    }

    @Test func `a file cut or changed anywhere never traps`() throws {
        let bytes = try fixtureBytes("bond-vlans.yaml")
        for length in 0..<bytes.count {
            _ = try? NetplanFile(parsing: bytes.prefix(length), path: "")
            var changed = bytes
            changed[length] = [0x20, 0x3a, 0x2d, 0x7b, 0xff].randomElement() ?? 0
            _ = try? NetplanFile(parsing: changed, path: "")
        }
    }

    @Test(
        arguments: [
            ("{}", NICSelector.everyPhysicalNIC, nil), ("{mac: '52:54:00:00:00:01'}", nil, "match has none of"),
            ("{macaddress: 1}", nil, "macaddress is \"1\", but must be a MAC address"),
            ("eth0", nil, "match is \"eth0\""),
        ] as [(String, NICSelector?, String?)])
    func `only an empty match means every NIC`(match: String, selector: NICSelector?, problem: String?) {
        let text = "network: {version: 2, ethernets: {e: {dhcp4: true, match: \(match)}}}"
        #expect((try? read(text))?.configuration.links.first?.selector == selector)
        #expect(problems(text).first.map { $0.contains(problem ?? "?") } == (problem == nil ? nil : true))
    }
}
