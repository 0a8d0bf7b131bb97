import LabKit
import Testing

@Suite struct ISOVMTests {
    @Test func aServerBootsTheISOUnderUEFIAndFindsItsVarsOnIt() async throws {
        try await Lab.run("iso-uefi") { lab in
            // As an operator does it: the vars and the seed go into the ISO 9660 tree of the shipped image.
            let files = [
                ("vars", try lab.tinyGuestVars("gz").text),
                ("meta-data", "instance-id: iso\nlocal-hostname: from-iso\n"),
                ("user-data", "#cloud-config\n"),
            ]
            let iso = lab.path("deploy.iso")
            var command = ["xorriso", "-indev", try Artefact.iso.path, "-outdev", iso, "-boot_image", "any", "replay"]
            for (name, text) in files {
                let path = lab.path(name)
                try text.write(toFile: path, atomically: true, encoding: .utf8)
                command += ["-map", path, name == "vars" ? "/deploy/vars" : "/deploy/nocloud/\(name)"]
            }
            try await HostTool.run(command + ["-commit"])

            var configuration = MachineConfiguration(boot: .media)
            configuration.chipset = .q35
            configuration.firmware = .uefi
            configuration.memoryMiB = 1024
            configuration.media = [.init(iso, bus: .sata)]
            configuration.disks = [MachineDisk(try lab.targetDisk())]
            configuration.networkCards = [.user(model: "e1000e")]
            let machine = try await lab.powerOn(configuration)

            try await machine.console.expectTinyGuest(hostname: "from-iso", within: 400)
            #expect(machine.console.transcript.contains("TINY-GUEST firmware: UEFI"))
            #expect(lab.controller.calls(to: "/success").map(\.text) == ["provisioning complete"])
        }
    }
}
