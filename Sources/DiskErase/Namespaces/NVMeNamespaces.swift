import DeployVars
import Glibc
import LinuxSystem

/// Gives an NVMe controller the namespaces that are asked for (NVM Express Base Specification 2.0, section 8.12).
///
/// Everything may be repeated after it was interrupted: a new plan begins with whatever namespaces there are then.
public struct NVMeNamespaces: Sendable {
    private let controller: String
    private let progress: EraseProgress
    private let perform: @Sendable (NVMeCommand) throws -> NVMeReply
    private let look: @Sendable () throws -> Void
    /// NVMe statuses that say that there is nothing to do.
    private static let (alreadyAttached, notAttached): (Int32, Int32) = (0x118, 0x11a)
    /// The controller has less capacity than it says.
    private static let insufficient: Set<Int32> = [0x115, 0x126]

    /// The namespaces of the controller behind a character device such as `/dev/nvme0`.
    ///
    /// - Parameter progress: hears what is going on.
    /// - Throws: `SystemCallError`, `StuckCallError` when it cannot be opened.
    public init(of controller: String, progress: @escaping EraseProgress = { _, _ in }) throws {
        let descriptor = try watched("open", device: controller, timeout: .seconds(60)) {
            try Descriptor.open(controller, O_RDONLY)
        }
        let commands = DriveCommands(descriptor: descriptor)
        self.init(
            of: controller, progress: progress, perform: { try commands.perform($0) },
            look: { try commands.rescanNamespaces() })
    }

    /// - Parameters:
    ///   - perform: has a command carried out.
    ///   - look: makes the kernel look for namespaces.
    init(
        of controller: String, progress: @escaping EraseProgress = { _, _ in },
        perform: @escaping @Sendable (NVMeCommand) throws -> NVMeReply, look: @escaping @Sendable () throws -> Void
    ) {
        self.controller = controller
        self.progress = progress
        self.perform = perform
        self.look = look
    }

    /// What must happen for the controller to have a layout. Changes nothing.
    ///
    /// - Throws: `NamespaceError` when it cannot; `SystemCallError`, `StuckCallError` when it does not answer.
    public func plan(_ layout: NamespaceLayout) throws -> NamespacePlan {
        let inventory = try NamespaceInventory(of: controller, perform: perform)
        return try NamespacePlan(layout, on: inventory, of: controller)
    }

    /// Detaches and deletes every namespace. Their data is gone.
    ///
    /// - Throws: `NamespaceError`, `SystemCallError`, `StuckCallError`.
    public func delete(_ replacement: NamespaceReplacement) throws {
        for namespace in replacement.deleted {
            progress("deleting namespace \(namespace.identifier) of \(controller)", nil)
            if namespace.isAttached {
                try carryOut(
                    .detach(namespace.identifier, from: replacement.controllerIdentifier),
                    accepting: Self.notAttached)
            }
            try carryOut(.deleteNamespace(namespace.identifier))
        }
    }

    /// Makes and attaches the new namespaces, in their order, on a controller that has none.
    ///
    /// - Returns: the identifiers that the controller has given them.
    /// - Throws: `NamespaceError`, `SystemCallError`, `StuckCallError`.
    public func create(_ replacement: NamespaceReplacement) throws -> [UInt32] {
        var identifiers: [UInt32] = []
        for new in replacement.created {
            progress("making a namespace on \(controller)", nil)
            let identifier = try make(new)
            try carryOut(.attach(identifier, to: replacement.controllerIdentifier), accepting: Self.alreadyAttached)
            identifiers.append(identifier)
        }
        return identifiers
    }

    /// Makes the kernel look which namespaces the controller has. Returns before it has.
    ///
    /// - Throws: `SystemCallError`, `StuckCallError`.
    public func rescan() throws {
        try look()
    }

    /// What takes the rest gets all that the controller says is left, or, as it may give out whole units only, a little
    /// less.
    private func make(_ new: NewNamespace) throws -> UInt32 {
        let sector = UInt64(new.sectorSize)
        guard new.takesRest else {
            return try carryOut(.createNamespace(blocks: new.sizeBytes / sector, format: new.format)).result
        }
        let left = try NamespaceManagement(carryOut(.identifyController).data).unallocatedBytes
        let all = NVMeCommand.createNamespace(blocks: left / sector, format: new.format)
        let reply = try perform(all)
        if reply.status == 0 { return reply.result }
        guard Self.insufficient.contains(reply.status & 0x7ff), NewNamespace.whole(left) > 0 else {
            throw refusal(all, reply)
        }
        let less = NewNamespace.whole(left) / sector
        return try carryOut(.createNamespace(blocks: less, format: new.format)).result
    }

    /// - Parameter accepting: a status that will do as well.
    @discardableResult
    private func carryOut(_ command: NVMeCommand, accepting status: Int32 = 0) throws -> NVMeReply {
        let reply = try perform(command)
        guard reply.status == 0 || reply.status & 0x7ff == status else { throw refusal(command, reply) }
        return reply
    }

    private func refusal(_ command: NVMeCommand, _ reply: NVMeReply) -> NamespaceError {
        .refused(controller: controller, command: command.name, reason: NVMeStatus.text(reply.status))
    }
}
