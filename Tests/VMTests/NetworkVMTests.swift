import LabKit
import Testing

@Suite struct NetworkVMTests {
    @Test func withoutADHCPServerTheFailureSaysWhatHappenedOnEachCardInTime() async throws {
        try await Lab.run("no-dhcp") { lab in
            let disk = try lab.targetDisk(filledWith: 7)
            let before = try disk.fingerprint()
            let vars = try lab.tinyGuestVars().merging(["NETWORK_TIMEOUT": "15"])
            var configuration = try lab.machine(overlay: lab.overlay(vars), disks: [MachineDisk(disk)])
            configuration.networkCards = [.silence(), .unplugged()]
            let machine = try await lab.powerOn(configuration)

            try await machine.console.expect("network …", within: 60)
            let start = ContinuousClock.now
            try await machine.console.expect("martlet: FAILED step network: ", within: 60)
            #expect(start.duration(to: .now) < .seconds(40), "15 s, and what the console takes on a busy host")
            let block = try await machine.console.expect(SerialConsole.rescuePrompt, within: 120)
            let lines = block.split(separator: "\n")
            let silent = lines.first { $0.contains("eth0") }.map(String.init) ?? ""
            let unplugged = lines.first { $0.contains("eth1") }.map(String.init) ?? ""
            #expect(silent.contains("DHCP"), "carrier, but no answer: “\(silent)”")
            #expect(unplugged.contains("carrier"), "no carrier: “\(unplugged)”")

            let links = try await machine.console.run("martlet net")
            for card in ["eth0", "eth1"] { #expect(links.contains(card)) }
            try await machine.cutPower()
            #expect(try disk.fingerprint() == before)
        }
    }
}
