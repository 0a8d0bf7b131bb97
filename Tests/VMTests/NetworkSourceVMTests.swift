import LabKit
import Testing

/// Where the network's configuration comes from, and what becomes of cards that lead nowhere.
@Suite struct NetworkSourceVMTests {
    @Test func theKernelsOwnArgumentGivesTheAddressAsTheSeedWritesIt() async throws {
        try await Lab.run("ip-argument") { lab in
            let overlay = lab.overlay(try lab.tinyGuestVars())
            let machine = try await lab.powerOn(
                lab.machine(
                    overlay: overlay, arguments: ["ip=10.0.2.71::10.0.2.2:255.255.255.0::eth0:off"],
                    disks: [MachineDisk(try lab.targetDisk())]))
            try await machine.console.expect("fixed address 10.0.2.71/24, gateway 10.0.2.2", within: 60)
            try await machine.console.expectTinyGuest(hostname: "lab-guest")
            #expect(lab.controller.calls(to: "/checkin").first?.text == #"{"addresses":["10.0.2.71"]}"#)
        }
    }

    @Test func onlyTheSecondOfThreeCardsHasADHCPServer() async throws {
        try await Lab.run("second-of-three") { lab in
            var configuration = try lab.machine(
                overlay: lab.overlay(lab.tinyGuestVars()), disks: [MachineDisk(try lab.targetDisk())])
            configuration.networkCards = [.silence(), .user(), .unplugged()]
            let machine = try await lab.powerOn(configuration)
            try await machine.console.expectTinyGuest(hostname: "lab-guest")
        }
    }

    @Test func ofTwoLeasesTheOneThatLeadsToTheControllerIsUsed() async throws {
        try await Lab.run("two-leases") { lab in
            var configuration = try lab.machine(
                overlay: lab.overlay(lab.tinyGuestVars()), disks: [MachineDisk(try lab.targetDisk())])
            // Both give out 10.0.2.15 and a router; behind the first one nothing answers.
            configuration.networkCards = [.user(restricted: true), .user()]
            let machine = try await lab.powerOn(configuration)
            try await machine.console.expectTinyGuest(hostname: "lab-guest")
            #expect(lab.controller.log.contains("whose default route is used from now on"))
        }
    }

    @Test func aConfiguredNetworkThatLeadsNowhereIsSaidAndTheOtherCardTriedByDHCP() async throws {
        try await Lab.run("wrong-static") { lab in
            let vars = try lab.tinyGuestVars().merging([
                "STATIC_IP": "192.0.2.7/24", "STATIC_GATEWAY": "192.0.2.1", "STATIC_IFACE": "eth0",
                "NETWORK_TIMEOUT": "8",
            ])
            var configuration = try lab.machine(
                overlay: lab.overlay(vars), disks: [MachineDisk(try lab.targetDisk())])
            configuration.networkCards = [.silence(), .user()]
            let machine = try await lab.powerOn(configuration)
            try await machine.console.expect("trying DHCP on the other NICs", within: 90, stops: TinyGuest.obstacles)
            try await machine.console.expectTinyGuest(hostname: "lab-guest")
        }
    }

    @Test func aLinkThatFlapsWhileTheImageComesIsSurvived() async throws {
        try await Lab.run("flapping") { lab in
            let vars = try lab.tinyGuestVars("raw")
            let size = try DiskFile(existing: try Artefact.tinyImage("raw").path).size
            lab.images.set(HTTPFault(.throttled(bytesPerSecond: size / 12)), for: "/tiny.raw")
            let machine = try await lab.powerOn(
                lab.machine(overlay: lab.overlay(vars), disks: [MachineDisk(try lab.targetDisk())]))
            try await lab.controller.waitForEvent("the image", within: 180) {
                $0.type == "progress" && $0.step == "write-image" && ($0.progress ?? 0) >= 10
            }
            for _ in 0..<3 {
                try await machine.setLink(card: 0, isUp: false)
                try await Task.sleep(for: .milliseconds(700))
                try await machine.setLink(card: 0, isUp: true)
                try await Task.sleep(for: .milliseconds(900))
            }
            try await machine.console.expectTinyGuest(hostname: "lab-guest")
        }
    }

    @Test func aNetplanFileOfVersionOneIsRefusedWithASentenceBeforeAnythingHappens() async throws {
        try await Lab.run("netplan-v1") { lab in
            let disk = try lab.targetDisk(filledWith: 5)
            let before = try disk.fingerprint()
            var overlay = lab.overlay(try lab.tinyGuestVars())
            overlay.add("deploy/nocloud/network-config", text: "version: 1\nconfig: []\n")
            let machine = try await lab.powerOn(lab.machine(overlay: overlay, disks: [MachineDisk(disk)]))
            let (cause, _) = try await machine.console.expectFailure(of: "network")
            #expect(cause.contains("write version: 2"), "\(cause)")
            try await machine.cutPower()
            #expect(try disk.fingerprint() == before)
        }
    }
}
