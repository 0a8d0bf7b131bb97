import Foundation
import LabKit
import Testing

@Suite struct VarsSourceVMTests {
    @Test func aURLOnTheKernelCommandLineNamesTheMachineAndADryRunWritesNothing() async throws {
        try await Lab.run("vars-url") { lab in
            let disk = try lab.targetDisk(filledWith: 3)
            let before = try disk.fingerprint()
            let mac = NetworkCard.user().hardwareAddress(index: 0).replacing(":", with: "-")
            let vars = try lab.tinyGuestVars().merging(["MODE": "dry-run"])
            lab.images.serve("/vars/\(mac)", bytes: vars.text.utf8)
            // The first run fails, so that a diagnostic report goes out, too; the second fetches the vars again.
            lab.images.set(HTTPFault(.status(404, retryAfter: nil)), for: "/tiny.zst")
            let secret = "s3cr3t-once"
            let machine = try await lab.powerOn(
                lab.machine(
                    overlay: Overlay(),
                    arguments: ["martlet.vars=\(lab.images.guestBase)/vars/{mac}?once=\(secret)"],
                    disks: [MachineDisk(disk)]))
            let console = machine.console

            _ = try await console.expectFailure(of: "preflight")
            try await lab.controller.waitFor("/debug", within: 60)
            lab.images.set(nil, for: "/tiny.zst")
            try console.type("martlet retry\n")
            try await console.expect("dry run: nothing was written", within: 60, stops: TinyGuest.obstacles)
            try await console.expect("] hand-over", within: 30)
            try await console.run("martlet status; martlet vars; martlet log")

            #expect(lab.images.requestCount("/vars/\(mac)") == 2)
            #expect(lab.controller.calls(to: "/init").last?.text == "dry-run started")
            #expect(lab.controller.calls(to: "/success").map(\.text) == ["dry-run complete"])
            #expect(!lab.controller.finishedSteps.contains("release-disk"))
            try await machine.cutPower()
            #expect(try disk.fingerprint() == before)
            // The kernel prints its command line; the agent masks it.
            let spoken = console.transcript.split(separator: "Run /init as init process").dropFirst().joined()
            #expect(!spoken.isEmpty && !spoken.contains(secret))
            for call in lab.controller.calls {
                #expect(!call.text.contains(secret), "a secret stands in a call to \(call.path)")
            }
        }
    }

    @Test func aCDLabelledMARTLETHoldsTheVarsAndTheSeed() async throws {
        try await Lab.run("vars-cd") { lab in
            let tree = lab.path("cd")
            let nocloud = "\(tree)/deploy/nocloud"
            try FileManager.default.createDirectory(atPath: nocloud, withIntermediateDirectories: true)
            try Self.write(try lab.tinyGuestVars().text, to: "\(tree)/deploy/vars")
            try Self.write("instance-id: cd\nlocal-hostname: from-cd\n", to: "\(nocloud)/meta-data")
            let image = lab.path("vars.iso")
            try await HostTool.run(
                ["xorriso", "-as", "mkisofs", "-quiet", "-R", "-V", "MARTLET", "-o", image, tree])
            var configuration = try lab.machine(overlay: Overlay(), disks: [MachineDisk(try lab.targetDisk())])
            configuration.media = [.init(image, bus: .virtioSCSI)]
            let machine = try await lab.powerOn(configuration)

            try await machine.console.expectTinyGuest(hostname: "from-cd")
            #expect(lab.controller.calls(to: "/success").map(\.text) == ["provisioning complete"])
        }
    }

    @Test func aUSBStickLabelledCIDATAHoldsTheVarsAndTheSeedAtItsRoot() async throws {
        try await Lab.run("vars-usb") { lab in
            let stick = lab.path("stick")
            try await HostTool.run(["mkfs.vfat", "-n", "CIDATA", "-C", stick, "4096"])
            let files = [
                ("vars", try lab.tinyGuestVars().text), ("meta-data", "instance-id: usb\nlocal-hostname: from-usb\n"),
            ]
            for (name, text) in files {
                try Self.write(text, to: lab.path(name))
                try await HostTool.run(["mcopy", "-i", stick, lab.path(name), "::\(name)"])
            }
            // The cloud kernel knows no USB.
            var configuration = MachineConfiguration(
                boot: .kernel(
                    path: try Artefact.serverKernel.path, initramfs: try Artefact.serverInitramfs.path,
                    commandLine: "console=ttyS0,115200"))
            configuration.memoryMiB = 1024
            configuration.disks = [MachineDisk(try lab.targetDisk())]
            configuration.media = [.init(stick, bus: .usb)]
            let machine = try await lab.powerOn(configuration)

            // The stick is no candidate, so that one disk is left.
            try await machine.console.expect("target    /dev/vda", within: 120, stops: TinyGuest.obstacles)
            try await machine.console.expectTinyGuest(hostname: "from-usb")
            #expect(lab.controller.calls(to: "/success").map(\.text) == ["provisioning complete"])
        }
    }

    private static func write(_ text: String, to path: String) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
}
