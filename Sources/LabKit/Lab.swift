import Foundation
import Synchronization

/// One test's lab: a place for its disks, an image server, a controller that records, and machines.
public final class Lab: Sendable {
    /// The test's name, which its transcript carries.
    public let name: String
    /// Serves images to the guests.
    public let images: ImageServer
    /// Plays the controller.
    public let controller: RecordingController
    /// The switch that machines and servers hang on, in a lab that has one.
    public let rack: LabSwitch?
    /// The bearer token of `reportingVars`: nobody may ever print it.
    public let token = "lab-token-\(UUID().uuidString)"
    /// Where the transcript of all its machines lies.
    public let transcriptPath: String

    /// Its directory, which goes with the lab.
    public let directory: String
    private let started = Mutex<[VirtualMachine]>([])

    private init(name: String, hasSwitch: Bool) async throws {
        self.name = name
        let logs = Artefact.outputDirectory + "/vm-logs"
        try FileManager.default.createDirectory(atPath: logs, withIntermediateDirectories: true)
        transcriptPath = "\(logs)/\(name).log"
        try? FileManager.default.removeItem(atPath: transcriptPath)
        // Short, since the path of a UNIX socket has 107 bytes.
        directory = "/tmp/martlet-lab-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        rack = hasSwitch ? try await LabSwitch(directory: directory) : nil
        images = try await ImageServer(on: rack)
        controller = try await RecordingController(on: rack)
    }

    /// Runs a test in a lab of its own and clears it away, whatever happens.
    ///
    /// Not more than two labs are open at a time; the others wait. At the end the console's transcript and all bodies
    /// the controller got are searched for the token.
    ///
    /// - Parameter hasSwitch: whether machines hang on a switch instead of QEMU's own network.
    /// - Throws: what `body` throws, or `LabFailure` when the token leaked.
    public static func run(
        _ name: String, hasSwitch: Bool = false, _ body: (Lab) async throws -> Void
    ) async throws {
        await MachineSlots.shared.take()
        do {
            let lab = try await Lab(name: name, hasSwitch: hasSwitch)
            do {
                try await body(lab)
                try lab.checkSecrecy([lab.token])
            } catch {
                await lab.clearAway()
                throw error
            }
            await lab.clearAway()
        } catch {
            await MachineSlots.shared.giveBack()
            throw error
        }
        await MachineSlots.shared.giveBack()
    }

    private func clearAway() async {
        for machine in started.withLock({ $0 }) { try? await machine.cutPower() }
        await images.stop()
        await controller.stop()
        await rack?.stop()
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// A path in the lab's directory.
    public func path(_ name: String) -> String { "\(directory)/\(name)" }

    /// A new disk of so many MiB: empty, or full of data of somebody else's.
    public func disk(_ name: String, mebibytes: Int, filledWith seed: UInt64? = nil) throws -> DiskFile {
        let disk = try DiskFile(creating: path("\(name).disk"), bytes: mebibytes << 20)
        if let seed { try disk.fill(seed: seed) }
        return disk
    }

    /// Switches a machine on; it goes off with the lab, or before.
    ///
    /// - Parameters:
    ///   - configuration: what it is made of.
    ///   - accelerator: TCG or KVM.
    ///   - echo: also given what the console says, as it comes.
    public func powerOn(
        _ configuration: MachineConfiguration, accelerator: Accelerator = .selected,
        echo: (@Sendable ([UInt8]) -> Void)? = nil
    ) async throws -> VirtualMachine {
        var configuration = configuration
        configuration.namespace = configuration.namespace ?? rack?.namespace
        let machine = try await VirtualMachine.start(
            configuration, directory: directory, transcript: transcriptPath, accelerator: accelerator, echo: echo)
        started.withLock { $0.append(machine) }
        return machine
    }

    /// A machine that boots the lab's kernel and initramfs with this overlay.
    ///
    /// - Parameter arguments: kernel arguments beside the console's.
    public func machine(
        overlay: Overlay, arguments: [String] = [], disks: [MachineDisk] = []
    ) throws -> MachineConfiguration {
        try machine(archive: try overlay.archive(), arguments: arguments, disks: disks)
    }

    /// The same with a finished overlay archive.
    public func machine(
        archive: [UInt8], arguments: [String] = [], disks: [MachineDisk] = []
    ) throws -> MachineConfiguration {
        try machine(.kernel, .initramfs, archive, arguments, disks)
    }

    /// A machine that boots the kernel and initramfs for servers, which have every driver and gpgv, with this overlay.
    public func serverMachine(_ overlay: Overlay, disks: [MachineDisk]) throws -> MachineConfiguration {
        var configuration = try machine(.serverKernel, .serverInitramfs, try overlay.archive(), [], disks)
        configuration.memoryMiB = 1024
        return configuration
    }

    private func machine(
        _ kernel: Artefact, _ image: Artefact, _ overlay: [UInt8], _ arguments: [String], _ disks: [MachineDisk]
    ) throws -> MachineConfiguration {
        let initramfs = path("initramfs-\(UUID().uuidString.prefix(8))")
        try Overlay.append(overlay, to: try image.path, as: initramfs)
        let commandLine = (["console=ttyS0,115200"] + arguments).joined(separator: " ")
        var configuration = MachineConfiguration(
            boot: .kernel(path: try kernel.path, initramfs: initramfs, commandLine: commandLine))
        configuration.disks = disks
        return configuration
    }

    /// The vars that make an agent report to `controller` with the lab's token.
    public var reportingVars: VarsText {
        let base = controller.guestBase
        return [
            "TOKEN": token, "INSECURE_TRANSPORT": "true", "INIT_URL": base + "/init", "SUCCESS_URL": base + "/success",
            "ERROR_URL": base + "/error", "LOG_URL": base + "/log", "DEBUG_URL": base + "/debug",
            "HEARTBEAT_URL": base + "/heartbeat", "INVENTORY_URL": base + "/inventory", "EVENT_URL": base + "/events",
            "CHECKIN_URL": base + "/checkin",
        ]
    }

    /// Where secrets stand that must not: the console of any machine, or the body or path of any call.
    ///
    /// - Throws: `LabFailure` that names the place, not the secret.
    public func checkSecrecy(_ secrets: [String]) throws {
        for secret in secrets {
            for machine in started.withLock({ $0 })
            where machine.console.rawBytes.firstRange(of: Array(secret.utf8)) != nil
                || machine.console.transcript.contains(secret)
            {
                throw LabFailure("a secret stands on the console: see \(transcriptPath)")
            }
            for call in controller.calls
            where call.body.firstRange(of: Array(secret.utf8)) != nil || call.path.contains(secret) {
                throw LabFailure("a secret stands in a call to \(call.path.prefix { $0 != "?" })")
            }
        }
    }
}
