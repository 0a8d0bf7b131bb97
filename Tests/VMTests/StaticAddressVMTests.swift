import LabKit
import Testing

@Suite struct StaticAddressVMTests {
    @Test func aFixedAddressNeedsNoLeaseAndRescueModeRetryRecoversByItself() async throws {
        try await Lab.run("static-address") { lab in
            // Either card would be given 10.0.2.15 if it asked.
            let card = NetworkCard.user().hardwareAddress(index: 1)
            let vars = try lab.tinyGuestVars().merging([
                "STATIC_IP": "10.0.2.77/24", "STATIC_GATEWAY": "10.0.2.2", "STATIC_IFACE": card,
                "RESCUE_MODE": "retry",
            ])
            lab.images.set(HTTPFault(.status(404, retryAfter: nil)), for: "/tiny.zst")
            var configuration = try lab.machine(
                overlay: lab.overlay(vars), disks: [MachineDisk(try lab.targetDisk())])
            configuration.networkCards = [.user(), .user()]
            let machine = try await lab.powerOn(configuration)

            try await machine.console.expect(": fixed address 10.0.2.77/24, gateway 10.0.2.2", within: 60)
            try await machine.console.expect("martlet: FAILED step preflight: ", within: 60)
            try await lab.controller.waitFor("/error", within: 60)
            lab.images.set(nil, for: "/tiny.zst")
            try await machine.console.expect("martlet: RESCUE_MODE=retry: starting over in 30 s", within: 60)

            // The second agent finds the address that the first one left.
            try await machine.console.expectTinyGuest(hostname: "lab-guest")
            #expect(!machine.console.transcript.contains("10.0.2.15"))
            #expect(!machine.console.transcript.contains(SerialConsole.rescuePrompt))
            #expect(lab.controller.calls(to: "/checkin").first?.text == #"{"addresses":["10.0.2.77"]}"#)
            #expect(lab.controller.calls(to: "/init").count == 2)
            #expect(lab.controller.calls(to: "/success").map(\.text) == ["provisioning complete"])
        }
    }
}
