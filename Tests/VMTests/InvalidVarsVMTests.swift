import LabKit
import Testing

@Suite struct InvalidVarsVMTests {
    @Test func allErrorsAreToldTogetherAndReportedAndCtrlAltDelRestartsTheMachineInTheShell() async throws {
        try await Lab.run("vars-invalid") { lab in
            let disk = try lab.targetDisk(filledWith: 4)
            let before = try disk.fingerprint()
            var vars = try lab.tinyGuestVars().merging(["DISK_ROTATIONAL": "sideways"])
            vars["TOKEN"] = nil
            // Without quotes the value ends at the blank; either half may be what is secret.
            let second = "s3cr3t-second-half"
            var overlay = Overlay()
            overlay.add("deploy/vars", text: vars.text + "TOKEN=\(lab.token) \(second)\n")
            var configuration = try lab.machine(overlay: overlay, disks: [MachineDisk(disk)])
            configuration.endsAtReset = true
            let machine = try await lab.powerOn(configuration)

            let failure = try await machine.console.expectFailure(of: "vars")
            for text in ["2 errors", "DISK_ROTATIONAL", "sideways", "TOKEN"] { #expect(failure.cause.contains(text)) }
            let report = try await lab.controller.waitFor("/error", within: 60)
            #expect(report.text == "step vars failed: \(failure.cause)")
            try await lab.controller.waitFor("/debug", within: 60)
            #expect(lab.controller.calls(to: "/init").isEmpty)
            #expect(lab.images.accesses.isEmpty)
            try await machine.console.run("martlet status; martlet log")

            try await Self.pressControlAltDelete(on: machine.console)
            #expect(try await machine.waitForPowerOff(within: 60) == "guest-reset")
            #expect(machine.console.transcript.contains("martlet: restarting: Ctrl-Alt-Del was pressed"))
            #expect(try disk.fingerprint() == before)
            try lab.checkSecrecy([second])
        }
    }

    /// Writes the presses of the left Ctrl, the left Alt and Del to the keyboard's event device, from where the kernel
    /// takes them as if they were the keyboard's own (evdev_write). An event is 16 bytes of time, then a 16-bit type, a
    /// 16-bit code and a 32-bit value: EV_KEY (1), the key, 1 for pressed. SYN_REPORT, all zero, ends them: linux/input.h.
    private static func pressControlAltDelete(on console: SerialConsole) async throws {
        try await console.run(
            "keyboard=/dev/input/$(grep -A 5 'Name=.*keyboard' /proc/bus/input/devices | grep -o 'event[0-9]*')")
        let time = String(repeating: #"\000"#, count: 16)
        let presses = ["035", "070", "157"].map { key in time + #"\001\000\\#(key)\000\001\000\000\000"# }
        let report = time + String(repeating: #"\000"#, count: 8)
        try console.type("printf '\(presses.joined() + report)' > $keyboard\n")
    }
}
