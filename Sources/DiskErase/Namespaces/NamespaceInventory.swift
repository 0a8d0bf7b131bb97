import ByteCoding

/// What a controller says of itself and of its namespaces. Reading it changes nothing.
struct NamespaceInventory: Sendable, Equatable {
    /// As many as one list has; no more are asked for.
    private static let listLength = 1024

    let management: NamespaceManagement
    /// The formats for a new namespace.
    let formats: [BlockFormat]
    /// All namespaces of the subsystem, by their identifiers.
    let namespaces: [AllocatedNamespace]
    /// The controllers of the subsystem beside this one; `nil` when they cannot be known.
    let otherControllers: [UInt16]?

    /// - Parameters:
    ///   - controller: its node, for errors.
    ///   - perform: has a command carried out.
    /// - Throws: `NamespaceError` when the controller makes no namespaces, or does not answer as one that does.
    init(of controller: String, perform: (NVMeCommand) throws -> NVMeReply) throws {
        func ask(_ command: NVMeCommand) throws -> [UInt8] {
            let reply = try perform(command)
            guard reply.status == 0 else {
                throw NamespaceError.refused(
                    controller: controller, command: command.name, reason: NVMeStatus.text(reply.status))
            }
            return reply.data
        }
        let management = try NamespaceManagement(ask(.identifyController))
        guard management.isOffered else {
            throw NamespaceError.notOffered(controller: controller, how: "it does not offer Namespace Management")
        }
        // Some controllers offer Namespace Attachment alone, which the same bit stands for.
        if management.listsCommands {
            let page = try ask(.supportedCommands)
            for (name, opcode) in [
                ("Management", NVMeCommand.manageOpcode), ("Attachment", NVMeCommand.attachOpcode),
            ] where !NamespaceManagement.supports(opcode, page) {
                throw NamespaceError.notOffered(
                    controller: controller, how: "Namespace \(name) is not among the commands that it supports")
            }
        }
        guard management.totalBytes > 0 else {
            throw NamespaceError.notOffered(controller: controller, how: "it does not say how much capacity it has")
        }
        let identifiers = NVMeNamespace.list(try ask(.allocatedNamespaces))
        guard identifiers.count < Self.listLength else {
            throw NamespaceError.notOffered(
                controller: controller, how: "it has \(identifiers.count) namespaces or more")
        }
        namespaces = try identifiers.map { identifier in
            try AllocatedNamespace(
                identifier, ask(.identifyAllocated(identifier)),
                controllers: ask(.controllers(attachedTo: identifier)))
        }
        formats = try BlockFormat.list(ask(.commonNamespace))
        if let all = try? NamespaceManagement.controllers(ask(.subsystemControllers)) {
            otherControllers = all.filter { $0 != management.controller }
        } else {
            otherControllers = management.isOneOfSeveral ? nil : []
        }
        self.management = management
    }
}
