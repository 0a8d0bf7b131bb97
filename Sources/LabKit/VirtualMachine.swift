import Foundation

/// A machine in QEMU that is switched on: its console, its power and reset buttons, its cables.
///
/// It is off when this object is gone, and when the program that made it ends, however it ends.
public final class VirtualMachine: Sendable {
    /// What it is made of.
    public let configuration: MachineConfiguration
    /// Its serial line.
    public let console: SerialConsole
    private let process: ChildProcess
    private let control: QMPClient
    private let serial: UnixSocket

    private init(
        configuration: MachineConfiguration, console: SerialConsole, process: ChildProcess, control: QMPClient,
        serial: UnixSocket
    ) {
        self.configuration = configuration
        self.console = console
        self.process = process
        self.control = control
        self.serial = serial
    }

    deinit {
        process.kill()
        control.hangUp()
        serial.hangUp()
    }

    /// Switches a machine on.
    ///
    /// - Parameters:
    ///   - configuration: what it is made of.
    ///   - directory: where its sockets, its firmware variables and QEMU's own messages lie; short, for the sockets.
    ///   - transcript: the file that takes what the console says; appended to.
    ///   - accelerator: TCG or KVM.
    ///   - echo: also given what the console says, as it comes.
    /// - Throws: `LabFailure` when QEMU does not start, with its words.
    public static func start(
        _ configuration: MachineConfiguration, directory: String, transcript: String,
        accelerator: Accelerator = .selected, echo: (@Sendable ([UInt8]) -> Void)? = nil
    ) async throws -> VirtualMachine {
        let name = UUID().uuidString.prefix(8)
        var firmware: (code: String, variables: String)?
        if case .uefi = configuration.firmware {
            let variables = configuration.firmwareVariables ?? "\(directory)/\(name).vars"
            firmware = (try Artefact.ovmfCode.path, variables)
            if !FileManager.default.fileExists(atPath: variables) {
                try FileManager.default.copyItem(atPath: try Artefact.ovmfVariables.path, toPath: variables)
            }
        }
        let arguments = QEMUArguments(
            machine: configuration, accelerator: accelerator.rawValue, serialSocket: "\(directory)/\(name).tty",
            controlSocket: "\(directory)/\(name).qmp", firmwareFiles: firmware)
        let process = try ChildProcess(arguments.words, outputPath: "\(directory)/\(name).qemu")
        let serial = try await UnixSocket.connect(arguments.serialSocket, owner: process, within: .seconds(20))
        let log = try TranscriptFile(path: transcript, title: arguments.words.joined(separator: " "))
        let console = SerialConsole(socket: serial, log: log, echo: echo)
        let controlSocket = try await UnixSocket.connect(arguments.controlSocket, owner: process, within: .seconds(20))
        let control = try await QMPClient(socket: controlSocket)
        let machine = VirtualMachine(
            configuration: configuration, console: console, process: process, control: control, serial: serial)
        for (index, card) in configuration.networkCards.enumerated() where !card.hasCarrier {
            try await machine.setLink(card: index, isUp: false)
        }
        try await control.execute("cont")
        return machine
    }

    /// Whether QEMU runs.
    public var isOn: Bool { process.ending == nil }

    /// What QEMU told of the machine: `SHUTDOWN` and `RESET` with their reasons, `POWERDOWN`, …
    public var events: [MachineEvent] { control.events }

    /// What QEMU printed of its own.
    public var messages: String { process.output }

    /// Cuts the power: SIGKILL. What the guest has not written is lost.
    public func cutPower() async throws {
        process.kill()
        try await process.waitForEnd(within: .seconds(20))
    }

    /// Presses the power button, which the guest sees as an ACPI event.
    public func pressPowerButton() async throws {
        try await control.execute("system_powerdown")
    }

    /// Presses the reset button.
    public func reset() async throws {
        try await control.execute("system_reset")
    }

    /// Plugs in or pulls the cable of a network card.
    public func setLink(card index: Int, isUp: Bool) async throws {
        try await control.execute("set_link", ["name": .text("nic\(index)"), "up": .flag(isUp)])
    }

    /// Slows a disk down to so many operations a second, or lets it go again with 0.
    public func throttle(disk index: Int, operationsPerSecond limit: Int) async throws {
        var arguments: [String: QMPClient.Value] = ["device": .text("disk\(index)"), "iops": .integer(limit)]
        for other in ["bps", "bps_rd", "bps_wr", "iops_rd", "iops_wr"] { arguments[other] = .integer(0) }
        try await control.execute("block_set_io_throttle", arguments)
    }

    /// Lets every write to a sector of 512 bytes fail with EIO from now on.
    public func failWrites(disk index: Int, sector: Int) async throws {
        let fault: [String: QMPClient.Value] = [
            "event": .text("none"), "iotype": .text("write"), "errno": .integer(5), "sector": .integer(sector),
            "once": .flag(false),
        ]
        let faulty: [String: QMPClient.Value] = [
            "driver": .text("blkdebug"), "node-name": .text("faulty\(index)"), "image": .text("file\(index)"),
            "discard": .text("unmap"), "inject-error": .list([.object(fault)]),
        ]
        try await control.execute("blockdev-add", faulty)
        let disk: [String: QMPClient.Value] = [
            "driver": .text("raw"), "node-name": .text("raw\(index)"), "file": .text("faulty\(index)"),
            "discard": .text("unmap"),
        ]
        try await control.execute("blockdev-reopen", ["options": .list([.object(disk)])])
    }

    /// Waits until the guest has switched the machine off, and says why QEMU ended, such as `guest-shutdown`.
    public func waitForPowerOff(within seconds: Int) async throws -> String {
        do {
            let ending = try await process.waitForEnd(within: .seconds(seconds))
            guard ending == .exited(0) else { throw LabFailure("QEMU ended (\(ending)): \(messages)") }
        } catch let failure as LabFailure {
            throw LabFailure(failure.description, context: console.lastLines(60))
        }
        return events.last { $0.name == "SHUTDOWN" }?.reason ?? "unknown"
    }

    /// Waits for an event of this name and reason that QEMU tells of the machine.
    public func waitForEvent(_ name: String, reason: String? = nil, within seconds: Int) async throws {
        do {
            try await eventually("the machine's \(name)", within: .seconds(seconds)) {
                self.events.contains { $0.name == name && (reason == nil || $0.reason == reason) } ? () : nil
            }
        } catch let failure as LabFailure {
            throw LabFailure(failure.description, context: console.lastLines(60))
        }
    }
}
