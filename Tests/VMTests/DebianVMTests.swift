import LabKit
import ProvisioningAPI
import Testing

@Suite struct DebianVMTests {
    @Test func aDebianIsWrittenToTheDiskOfThatWWNSeededAndStartedByKexec() async throws {
        try await Lab.run("debian-kexec") { lab in
            let mac = NetworkCard.user().hardwareAddress(index: 0)
            let controller = try await InstalledController.start(
                directory: lab.directory, images: Artefact.outputDirectory + "/images",
                netboot: Artefact.outputDirectory)
            let checksum = try Artefact.debianChecksum.text.split(separator: " ").first.map(String.init)
            try await controller.define(
                "lab-1",
                as: MachineDefinition(
                    vars: [
                        "IMAGE": controller.guestBase + "/images/debian.raw.zst", "IMAGE_CHECKSUM": checksum ?? "",
                        "DISK_WWN": "0x5000c50000000002", "INSECURE_TRANSPORT": "true",
                    ],
                    nocloud: [
                        "meta-data": "instance-id: lab-1\nlocal-hostname: debian-in-the-lab\n",
                        // An RSA host key takes the translator longer than all of the provisioning.
                        "user-data": "#cloud-config\nssh_genkeytypes: [ed25519]\n",
                    ], macs: [mac]))

            let target = try lab.disk("target", mebibytes: 4096)
            let others = [
                try lab.disk("before", mebibytes: 128, filledWith: 1),
                try lab.disk("after", mebibytes: 128, filledWith: 2),
            ]
            let untouched = try others.map { try $0.fingerprint() }
            let overlay = try await controller.overlay(mac: mac)
            var configuration = try lab.machine(archive: overlay)
            configuration.memoryMiB = 1024
            configuration.disks = [
                MachineDisk(others[0], bus: .virtioSCSI, serial: "LAB-A", wwn: 0x5000_C500_0000_0001),
                MachineDisk(target, bus: .virtioSCSI, serial: "LAB-B", wwn: 0x5000_C500_0000_0002),
                MachineDisk(others[1], bus: .virtioSCSI, serial: "LAB-C", wwn: 0x5000_C500_0000_0003),
            ]
            let machine = try await lab.powerOn(configuration)

            // The prompt shows the name only once cloud-init has read the seed and set it.
            try await machine.console.expect("] hand-over", within: 300, stops: TinyGuest.obstacles)
            try await machine.console.expect("debian-in-the-lab login:", within: 600, stops: TinyGuest.obstacles)

            let record = try await controller.record("lab-1")
            #expect(record.history.map(\.kind) == [.`init`, .success])
            #expect(record.history.map(\.text) == ["provisioning started", "provisioning complete"])
            #expect(record.summary.state == .succeeded)
            let events = try await controller.events("lab-1")
            let finished = events.filter { $0.type == .stepFinished }.map(\.step)
            let wanted = ["report-init", "select-disk", "write-image", "seed-root", "seal-disk", "report-success"]
            #expect(finished.filter(wanted.contains) == wanted)
            #expect(events.contains { $0.type == .progress && $0.step == "write-image" })

            let token = String(decoding: overlay, as: UTF8.self).firstMatch(of: /\nTOKEN='(.+)'\n/)?.1
            try lab.checkSecrecy([String(try #require(token))])

            try await machine.cutPower()
            #expect(try others.map { try $0.fingerprint() } == untouched)
            #expect(try await target.partitionTableProblems() == "")
            await controller.stop()
        }
    }
}
