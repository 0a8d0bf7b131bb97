import ByteCoding
import Synchronization

@testable import DiskErase

/// The controller had its power cut, as a test wants it.
struct PowerCut: Error {}

/// An NVMe controller with Namespace Management and Namespace Attachment as the NVM Express Base Specification 2.0 has
/// them (5.22, 5.23 and 8.12), as far as its state goes.
final class SimulatedController: Sendable {
    struct Namespace: Equatable {
        var blocks: UInt64
        var capacity: UInt64
        var format = 0
        var controllers: [UInt16] = []
        var isWriteProtected = false
    }

    struct State {
        var namespaces: [UInt32: Namespace] = [:]
        var total: UInt64 = 960_197_124_096
        /// What it needs for itself, and does not say.
        var hidden: UInt64 = 0
        /// It gives out capacity in units of so many bytes.
        var unit: UInt64 = 1
        var mostNamespaces: UInt32 = 32
        var identifier: UInt16 = 7
        var others: [UInt16] = []
        /// Data bytes as a power of two, and metadata bytes.
        var formats: [(exponent: UInt32, metadata: UInt32)] = [(9, 0), (9, 8), (12, 0), (12, 8)]
        var optionalCommands: UInt16 = 0x08
        /// Opcodes in log page 0x05; `nil` for a controller without that page.
        var supported: Set<UInt8>? = [0x06, 0x0d, 0x15]
        /// The status that a command is refused with, by its name.
        var refusals: [String: Int32] = [:]
        /// How many commands that change something are carried out before the power goes.
        var commandsLeft: Int?
        /// Names of the commands that changed something.
        var changes: [String] = []
    }

    let state: Mutex<State>

    init(_ change: (inout State) -> Void = { _ in }) {
        var first = State()
        change(&first)
        state = Mutex(first)
    }

    /// One namespace of the whole capacity, as from the factory.
    static func fromFactory(_ change: (inout State) -> Void = { _ in }) -> SimulatedController {
        SimulatedController { state in
            let blocks = state.total / 512
            state.namespaces = [1: Namespace(blocks: blocks, capacity: blocks, controllers: [state.identifier])]
            change(&state)
        }
    }

    var changes: [String] { state.withLock { $0.changes } }
    var namespaces: [UInt32: Namespace] { state.withLock { $0.namespaces } }

    func perform(_ command: NVMeCommand) throws -> NVMeReply {
        try state.withLock { state in
            if let status = state.refusals[command.name] { return NVMeReply(status: status) }
            switch (command.opcode, command.dword10) {
            case (0x06, let structure): return state.identify(structure, command.namespace)
            case (0x02, _): return state.log()
            case (0x0d, let selected): return try state.changing(command) { $0.manage(selected, command) }
            case (0x15, let selected): return try state.changing(command) { $0.attach(selected, command) }
            default: return NVMeReply(status: 1)
            }
        }
    }
}

extension SimulatedController.State {
    var unallocated: UInt64 { total - namespaces.values.reduce(0) { $0 + used(by: $1) } }

    private func used(by namespace: SimulatedController.Namespace) -> UInt64 {
        ((namespace.capacity << formats[namespace.format].exponent) + unit - 1) / unit * unit
    }

    mutating func changing(
        _ command: NVMeCommand, _ body: (inout Self) -> NVMeReply
    ) throws -> NVMeReply {
        if let left = commandsLeft {
            guard left > 0 else { throw PowerCut() }
            commandsLeft = left - 1
        }
        let reply = body(&self)
        if reply.status == 0 { changes.append(command.name) }
        return reply
    }

    func log() -> NVMeReply {
        guard let supported else { return NVMeReply(status: 0x109) }
        var page = [UInt8](repeating: 0, count: 4096)
        for opcode in supported { page[Int(opcode) * 4] = 1 }
        return NVMeReply(data: page)
    }

    func identify(_ structure: UInt32, _ namespace: UInt32) -> NVMeReply {
        var page = [UInt8](repeating: 0, count: 4096)
        func put(_ value: some FixedWidthInteger, at offset: Int) {
            var writer = ByteWriter()
            writer.littleEndian(value)
            page.replaceSubrange(offset..<offset + writer.count, with: writer.bytes)
        }
        switch structure {
        case 0x01:
            put(UInt8(others.isEmpty ? 0 : 2), at: 76)
            put(identifier, at: 78)
            put(optionalCommands, at: 256)
            put(UInt8(supported == nil ? 0 : 2), at: 261)
            put(UInt128(total), at: 280)
            put(UInt128(unallocated), at: 296)
            put(UInt32(1024), at: 516)
            put(mostNamespaces, at: 540)
        case 0x00 where namespace == .max: format(&page, 0)
        case 0x10:
            for (index, identifier) in namespaces.keys.sorted().enumerated() { put(identifier, at: index * 4) }
        case 0x11:
            guard let found = namespaces[namespace] else { return NVMeReply(status: 0x0b) }
            put(found.blocks, at: 0)
            put(found.capacity, at: 8)
            put(UInt8(found.isWriteProtected ? 1 : 0), at: 99)
            format(&page, found.format)
        case 0x12, 0x13:
            let list = structure == 0x13 ? [identifier] + others : namespaces[namespace]?.controllers ?? []
            put(UInt16(list.count), at: 0)
            for (index, controller) in list.enumerated() { put(controller, at: 2 + index * 2) }
        default: return NVMeReply(status: 2)
        }
        return NVMeReply(data: page)
    }

    private func format(_ page: inout [UInt8], _ index: Int) {
        page[25] = UInt8(formats.count - 1)
        page[26] = UInt8(index)
        for (index, format) in formats.enumerated() {
            let place = 128 + index * 4
            page[place] = UInt8(format.metadata)
            page[place + 2] = UInt8(format.exponent)
        }
    }

    mutating func manage(_ selected: UInt32, _ command: NVMeCommand) -> NVMeReply {
        if selected == 1 {
            // An attached one could be deleted as well, but not by us.
            guard let old = namespaces[command.namespace], old.controllers.isEmpty else {
                return NVMeReply(status: 0x4002)
            }
            namespaces[command.namespace] = nil
            return NVMeReply()
        }
        var reader = ByteReader(command.payload)
        guard command.payload.count == 4096, command.namespace == 0,
            let blocks = try? reader.littleEndian(UInt64.self), let capacity = try? reader.littleEndian(UInt64.self)
        else { return NVMeReply(status: 2) }
        let new = SimulatedController.Namespace(blocks: blocks, capacity: capacity, format: Int(command.payload[26]))
        guard formats.indices.contains(new.format) else { return NVMeReply(status: 0x10a) }
        guard used(by: new) + hidden <= unallocated else { return NVMeReply(status: 0x4115) }
        guard namespaces.count < mostNamespaces, let free = (1...mostNamespaces).first(where: { namespaces[$0] == nil })
        else { return NVMeReply(status: 0x4116) }
        namespaces[free] = new
        return NVMeReply(result: free)
    }

    mutating func attach(_ selected: UInt32, _ command: NVMeCommand) -> NVMeReply {
        guard command.payload.count == 4096, command.payload.prefix(4) == [1, 0, UInt8(identifier), 0],
            var namespace = namespaces[command.namespace]
        else { return NVMeReply(status: 0x411c) }
        let isAttached = namespace.controllers.contains(identifier)
        if selected == 0 {
            if isAttached { return NVMeReply(status: 0x4118) }
            namespace.controllers.append(identifier)
        } else {
            if !isAttached { return NVMeReply(status: 0x411a) }
            namespace.controllers.removeAll { $0 == identifier }
        }
        namespaces[command.namespace] = namespace
        return NVMeReply()
    }
}
