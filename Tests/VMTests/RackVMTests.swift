import LabKit
import Testing

/// Networks that only a real switch makes: VLANs, bonds, aggregation.
@Suite struct RackVMTests {
    private static let range = "--dhcp-range=10.77.0.50,10.77.0.99,255.255.255.0,10m"
    private static let ports = ["p0", "p1"]

    /// A machine with one card on each of these ports.
    private func machine(
        _ lab: Lab, _ overlay: Overlay, ports: [String] = Self.ports, arguments: [String] = []
    ) throws -> MachineConfiguration {
        var configuration = try lab.machine(
            overlay: overlay, arguments: arguments, disks: [MachineDisk(try lab.targetDisk())])
        configuration.networkCards = ports.map { .port($0) }
        return configuration
    }

    /// Makes the image come slowly enough that something can happen in the middle of it.
    private func slowImage(_ lab: Lab, seconds: Int) throws -> VarsText {
        let size = try DiskFile(existing: try Artefact.tinyImage("raw").path).size
        let vars = try lab.tinyGuestVars("raw")
        lab.images.set(HTTPFault(.throttled(bytesPerSecond: size / seconds)), for: "/tiny.raw")
        return vars
    }

    private func waitForHalf(_ lab: Lab) async throws {
        try await lab.controller.waitForEvent("a part of the image", within: 180) {
            $0.type == "progress" && $0.step == "write-image" && ($0.progress ?? 0) >= 30
        }
    }

    @Test func aVLANOnATrunkGetsItsAddressFromTheServerBehindTheTag() async throws {
        try await Lab.run("rack-vlan", hasSwitch: true) { lab in
            let rack = try #require(lab.rack)
            try await rack.addPort("p0")
            try await rack.addHost(tag: 100)
            try await rack.startDHCP([Self.range])
            let vars = try lab.tinyGuestVars().merging(["VLANS": "100:eth0"])
            let machine = try await lab.powerOn(machine(lab, lab.overlay(vars), ports: ["p0"]))
            try await machine.console.expect("eth0.100: 10.77.0.", within: 120, stops: TinyGuest.obstacles)
            try await machine.console.expectTinyGuest(hostname: "lab-guest")
        }
    }

    @Test func aBondOfOneGroupGetsALeaseAndOutlivesTheLossOfAMember() async throws {
        try await Lab.run("rack-lacp", hasSwitch: true) { lab in
            let rack = try #require(lab.rack)
            try await rack.addGroup("group", ports: Self.ports)
            try await rack.addHost()
            try await rack.startDHCP([Self.range])
            let vars = try slowImage(lab, seconds: 12).merging(["BOND_INTERFACES": "eth0,eth1"])
            let machine = try await lab.powerOn(machine(lab, lab.overlay(vars)))
            try await machine.console.expect("bond0: 10.77.0.", within: 120, stops: TinyGuest.obstacles)
            try await waitForHalf(lab)
            #expect(try await rack.ask("lacp/show", "group").contains("partner key"))
            try await machine.setLink(card: 0, isUp: false)
            try await machine.console.expectTinyGuest(hostname: "lab-guest")
            // Its head, its last sector and the image.
            #expect(lab.images.requestCount("/tiny.raw") <= 3, "the stream was not begun anew")
        }
    }

    @Test func anActiveBackupBondGoesOnOverTheOtherCableInTheMiddleOfAnImage() async throws {
        try await Lab.run("rack-backup", hasSwitch: true) { lab in
            let rack = try #require(lab.rack)
            for port in Self.ports { try await rack.addPort(port) }
            try await rack.addHost()
            try await rack.startDHCP([Self.range])
            let vars = try slowImage(lab, seconds: 12).merging([
                "BOND_INTERFACES": "eth0,eth1", "BOND_MODE": "active-backup",
            ])
            let machine = try await lab.powerOn(machine(lab, lab.overlay(vars)))
            try await waitForHalf(lab)
            try await machine.setLink(card: 0, isUp: false)
            try await machine.console.expect("carrier lost", within: 30)
            try await machine.console.expectTinyGuest(hostname: "lab-guest")
            #expect(lab.controller.calls(to: "/success").map(\.text) == ["provisioning complete"])
        }
    }

    @Test func withoutAPartnerTheBondSaysWhatIsMissingAndGoesOnAlone() async throws {
        try await Lab.run("rack-no-partner", hasSwitch: true) { lab in
            let rack = try #require(lab.rack)
            for port in Self.ports { try await rack.addPort(port) }
            try await rack.addHost()
            try await rack.startDHCP([Self.range])
            let vars = try lab.tinyGuestVars().merging(["BOND_INTERFACES": "eth0,eth1"])
            let machine = try await lab.powerOn(machine(lab, lab.overlay(vars)))
            try await machine.console.expect("no LACPDU from the switch", within: 120, stops: TinyGuest.obstacles)
            try await machine.console.expect("check that the switch ports are in one LACP group", within: 90)
            try await machine.console.expect("bond0: 10.77.0.", within: 60, stops: TinyGuest.obstacles)
            try await machine.console.expectTinyGuest(hostname: "lab-guest")
        }
    }

    @Test func aNetplanFileWithAVLANOnABondIsUsedByTheAgentAndLeftForTheInstalledSystem() async throws {
        try await Lab.run("rack-netplan", hasSwitch: true) { lab in
            let rack = try #require(lab.rack)
            try await rack.addGroup("group", ports: Self.ports)
            try await rack.addHost(tag: 42)
            try await rack.announce(on: "p1")
            var overlay = lab.overlay(try lab.tinyGuestVars())
            let mac = NetworkCard.port("p1").hardwareAddress(index: 1)
            let file = """
                network:
                  version: 2
                  ethernets:
                    ens5: {}
                    second:
                      match: {macaddress: "\(mac)"}
                  bonds:
                    uplink:
                      interfaces: [ens5, second]
                      parameters: {mode: 802.3ad, lacp-rate: fast, mii-monitor-interval: 100}
                      mtu: 1400
                  vlans:
                    storage:
                      id: 42
                      link: uplink
                      addresses: [10.77.0.42/24]
                      routes: [{to: default, via: 10.77.0.1}]
                      nameservers: {addresses: [10.77.0.1], search: [lab.example]}

                """
            overlay.add("deploy/nocloud/network-config", text: file)
            let configuration = try machine(lab, overlay, arguments: ["martlet.break=hand-over"])
            let machine = try await lab.powerOn(configuration)
            try await machine.console.expectBreak(before: "hand-over")
            let state = try await machine.console.run("martlet net")
            let parts = [
                "storage@uplink", "vlan id 42", "10.77.0.42/24", "mtu 1400", "bond mode 802.3ad", "altname eth0",
                "bond member: aggregated with the switch", "default via 10.77.0.1", "nameserver 10.77.0.1",
            ]
            for part in parts {
                #expect(state.contains(part), "\(part) is not in \(state)")
            }
            let inventory = try await lab.controller.waitFor("/inventory", within: 90) { $0.text.contains("chassisId") }
            #expect(inventory.text.contains(mac))
            #expect(machine.console.transcript.contains("ens6 is connected to "))
            try machine.console.leaveBreak()
            try await machine.console.expectTinyGuest(hostname: "lab-guest")
            #expect(lab.controller.calls(to: "/checkin").first?.text == #"{"addresses":["10.77.0.42"]}"#)
        }
    }

    @Test func routersAloneAreEnoughForANetworkOfIPv6() async throws {
        try await Lab.run("rack-ipv6", hasSwitch: true) { lab in
            let rack = try #require(lab.rack)
            try await rack.addPort("p0")
            try await rack.addHost(addresses: ["fd00:77::1/64"])
            try await rack.startDHCP(["--enable-ra", "--dhcp-range=fd00:77::,ra-only,64,10m"])
            let vars = try lab.tinyGuestVars().replacing(LabSwitch.hostAddress, with: "[fd00:77::1]")
            let machine = try await lab.powerOn(machine(lab, lab.overlay(vars), ports: ["p0"]))
            try await machine.console.expect("by IPv6 autoconfiguration", within: 120, stops: TinyGuest.obstacles)
            try await machine.console.expectTinyGuest(hostname: "lab-guest")
            #expect(lab.controller.calls(to: "/checkin").first?.text.contains("fd00:77:") == true)
        }
    }

    @Test func anOfferThatComesAfterFortySecondsIsTaken() async throws {
        try await Lab.run("rack-late-offer", hasSwitch: true) { lab in
            let rack = try #require(lab.rack)
            try await rack.addPort("p0")
            try await rack.addHost()
            let machine = try await lab.powerOn(machine(lab, lab.overlay(try lab.tinyGuestVars()), ports: ["p0"]))
            try await machine.console.expect("no network yet after 40 s", within: 120, stops: TinyGuest.obstacles)
            try await rack.startDHCP([Self.range])
            try await machine.console.expectTinyGuest(hostname: "lab-guest")
        }
    }

    @Test func aFifthOfAllPacketsLostEachWayDelaysEverythingAndBreaksNothing() async throws {
        try await Lab.run("rack-loss", hasSwitch: true) { lab in
            let rack = try #require(lab.rack)
            try await rack.addPort("p0")
            try await rack.addHost()
            try await rack.startDHCP([Self.range])
            let vars = lab.reportingVars.merging(["IMAGE": try await lab.smallImage(), "HANDOVER": "poweroff"])
            try await rack.losePackets(percent: 20)
            let machine = try await lab.powerOn(machine(lab, lab.overlay(vars), ports: ["p0"]))
            try await machine.console.expect("] hand-over", within: 300, stops: TinyGuest.obstacles)
            _ = try await machine.waitForPowerOff(within: 120)
            #expect(lab.controller.calls(to: "/success").map(\.text).contains("provisioning complete"))
        }
    }

    @Test func bondsOfTheOtherModesAndABridgeAllGetTheirLeases() async throws {
        try await Lab.run("rack-modes", hasSwitch: true) { lab in
            let rack = try #require(lab.rack)
            let modes = ["balance-rr", "balance-xor", "broadcast", "balance-tlb", "balance-alb"]
            var file = "version: 2\nethernets: {eth10: {}"
            var bonds = "bonds:\n"
            for (number, mode) in modes.enumerated() {
                let ports = ["p\(2 * number)", "p\(2 * number + 1)"]
                // These three want a switch that takes the ports for one.
                if number < 3 {
                    try await rack.addGroup("group\(number)", ports: ports, speaksLACP: false)
                } else {
                    for port in ports { try await rack.addPort(port) }
                }
                file += ", eth\(2 * number): {}, eth\(2 * number + 1): {}"
                bonds += """
                      bond\(number):
                        interfaces: [eth\(2 * number), eth\(2 * number + 1)]
                        parameters: {mode: \(mode), mii-monitor-interval: 100}
                        dhcp4: true

                    """
            }
            try await rack.addPort("p10")
            try await rack.addHost()
            try await rack.startDHCP([Self.range])
            file += "}\n" + bonds + "bridges:\n  br0: {interfaces: [eth10], dhcp4: true, parameters: {stp: false}}\n"
            var overlay = lab.overlay(try lab.tinyGuestVars())
            overlay.add("deploy/nocloud/network-config", text: file)
            let configuration = try machine(
                lab, overlay, ports: (0...10).map { "p\($0)" }, arguments: ["martlet.break=report-init"])
            let machine = try await lab.powerOn(configuration)
            // Six ways into one subnet are no network in which a controller need be reachable.
            try await machine.console.expectBreak(before: "report-init")
            let state = try await eventually("six leases", within: .seconds(60)) {
                let state = try await machine.console.run("martlet net")
                return state.components(separatedBy: "inet 10.77.0.").count == 7 ? state : nil
            }
            for mode in modes { #expect(state.contains("bond mode \(mode)")) }
            #expect(state.contains("br0"))
        }
    }

    @Test func theInstalledDebianHasTheBondTheVLANAndTheAddressThatTheAgentHad() async throws {
        try await Lab.run("rack-debian", hasSwitch: true) { lab in
            let rack = try #require(lab.rack)
            try await rack.addGroup("group", ports: Self.ports)
            try await rack.addHost(tag: 42)
            let image = lab.images.serve(
                "/debian.raw.zst", file: Artefact.outputDirectory + "/images/debian.raw.zst")
            var overlay = Overlay()
            overlay.add("deploy/vars", text: lab.reportingVars.merging(["IMAGE": image]).text)
            overlay.add("deploy/nocloud/meta-data", text: "instance-id: rack-1\nlocal-hostname: debian-in-the-rack\n")
            overlay.add("deploy/nocloud/user-data", text: "#cloud-config\nssh_genkeytypes: [ed25519]\n")
            // As cloud-init has it, without `network:`. The names are those that udev will give the cards.
            overlay.add(
                "deploy/nocloud/network-config",
                text: """
                    version: 2
                    ethernets:
                      ens5: {}
                      ens6: {}
                    bonds:
                      bond0:
                        interfaces: [ens5, ens6]
                        parameters: {mode: 802.3ad, lacp-rate: fast, mii-monitor-interval: 100}
                    vlans:
                      bond0.42:
                        id: 42
                        link: bond0
                        addresses: [10.77.0.42/24]
                        routes: [{to: 0.0.0.0/0, via: 10.77.0.1}]

                    """)
            var configuration = try lab.machine(
                overlay: overlay, disks: [MachineDisk(try lab.disk("target", mebibytes: 4096))])
            configuration.memoryMiB = 1024
            configuration.networkCards = Self.ports.map { .port($0) }
            let machine = try await lab.powerOn(configuration)
            try await machine.console.expect(
                "bond0.42: fixed address 10.77.0.42/24", within: 120, stops: TinyGuest.obstacles)
            try await machine.console.expect("] hand-over", within: 300, stops: TinyGuest.obstacles)
            try await machine.console.expect("debian-in-the-rack login:", within: 600, stops: TinyGuest.obstacles)
            try await rack.waitForPing(from: "10.77.0.42", within: 120)
        }
    }
}
