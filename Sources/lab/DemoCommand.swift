import ArgumentParser
import Diagnostics
import Foundation
import LabKit
import ProvisioningAPI

/// `lab demo`: from power-on to the login prompt of a Debian that the agent wrote.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Provision a machine with an empty disk, from power-on to its login prompt.",
        discussion: """
            Starts the controller (`martlet serve`), defines one machine, and switches it on: iPXE asks the controller,
            boots the agent, and the agent writes Debian. Needs what `make initrd images` builds. Example: lab demo
            """)

    private static let machineID = "demo"
    private static let hostname = "martlet-demo"

    @Option(help: "The translator or the processor itself: tcg or kvm; by itself KVM where a probe boot proves it.")
    var accelerator: Accelerator?

    @Option(help: "Seconds until the login prompt must have come.")
    var limit = 1200

    func run() async throws {
        do {
            try await provision()
        } catch {
            // The console has shown what led to it.
            throw error.told(as: (error as? LabFailure)?.sentence ?? error.explanation)
        }
    }

    private func provision() async throws {
        let view = LiveView()
        let place = try DemoPlace()
        defer { place.clearAway() }
        for artefact in [Artefact.kernel, .initramfs, .debianImage] { _ = try artefact.path }
        let accelerator =
            if let chosen = accelerator { chosen } else {
                await Accelerator.fastestProven(directory: place.directory)
            }
        let controller = try await InstalledController.start(
            directory: place.directory, images: Artefact.outputDirectory + "/images",
            netboot: Artefact.outputDirectory)
        try await define(on: controller)
        var configuration = MachineConfiguration(boot: .network(url: controller.guestBase + "/boot.ipxe"))
        configuration.memoryMiB = 1024
        configuration.disks = [
            MachineDisk(try DiskFile(creating: place.directory + "/disk", bytes: 8 << 30), serial: "MARTLET-DEMO")
        ]

        view.say("Fleet page:  \(controller.hostBase)/")
        view.say("Machine:     1 GiB of memory, an empty disk of 8 GiB, boots by iPXE (\(accelerator.rawValue))")
        view.say("Its console:\n")
        let start = ContinuousClock.now
        let machine = try await VirtualMachine.start(
            configuration, directory: place.directory, transcript: place.transcript, accelerator: accelerator
        ) { view.show($0) }

        let stops = SerialConsole.panics + ["martlet: FAILED"]
        var milestones: [DemoSummary.Milestone] = []
        for (name, text) in [
            ("the agent runs", "] vars"), ("Debian is on the disk, its kernel starts", "] hand-over"),
            ("login prompt", "\(Self.hostname) login:"),
        ] {
            let left = limit - Int(start.duration(to: .now).components.seconds)
            try await machine.console.expect(text, within: max(left, 1), stops: stops)
            milestones.append(.init(name: name, after: start.duration(to: .now)))
        }
        let record = try await controller.record(Self.machineID)
        try await machine.cutPower()
        await controller.stop()
        let summary = DemoSummary(
            milestones: milestones, transcript: machine.console.transcript, transcriptPath: place.transcript,
            state: record.summary.state)
        view.say(summary.text)
        guard record.summary.state == .succeeded else {
            throw LabFailure(
                "the controller did not hear of the success: the machine's state is \(record.summary.state)")
        }
    }

    private func define(on controller: InstalledController) async throws {
        let checksum = try Artefact.debianChecksum.text.split(separator: " ").first.map(String.init) ?? ""
        try await controller.define(
            Self.machineID,
            as: MachineDefinition(
                vars: [
                    "IMAGE": controller.guestBase + "/images/debian.raw.zst", "IMAGE_CHECKSUM": checksum,
                    "DISK_SERIAL": "MARTLET-DEMO", "HOSTNAME": Self.hostname,
                    // The guest reaches the controller on this host's loopback, with no TLS between them.
                    "INSECURE_TRANSPORT": "true",
                ],
                nocloud: [
                    "meta-data": "instance-id: \(Self.machineID)\nlocal-hostname: \(Self.hostname)\n",
                    // An RSA host key takes QEMU's translator longer than all of the provisioning.
                    "user-data": "#cloud-config\nssh_genkeytypes: [ed25519]\n",
                ], macs: [NetworkCard.user().hardwareAddress(index: 0)]))
    }
}
