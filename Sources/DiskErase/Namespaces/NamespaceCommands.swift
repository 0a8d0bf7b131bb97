import ByteCoding

/// The commands about a controller's namespaces (NVM Express Base Specification 2.0, sections 5.16, 5.17, 5.22 and 5.23).
extension NVMeCommand {
    /// Bytes of every structure that these commands carry.
    static let structureBytes = 4096
    /// A controller may take its time over terabytes.
    private static let patience = Duration.seconds(600)

    /// What holds for every namespace that is yet to be made: the identifier that means all of them.
    static let commonNamespace = identifyNamespace(.max)
    /// A namespace of the subsystem, whether it is attached to this controller or not.
    static func identifyAllocated(_ namespace: UInt32) -> NVMeCommand { identify(0x11, namespace: namespace) }
    /// The controllers that a namespace is attached to.
    static func controllers(attachedTo namespace: UInt32) -> NVMeCommand { identify(0x12, namespace: namespace) }
    /// All controllers of the subsystem.
    static let subsystemControllers = identify(0x13)

    /// Get Log Page 0x05: the commands that the controller supports. 4096 bytes, which is NUMD 1023.
    static let supportedCommands = NVMeCommand(
        name: "Get Log Page 0x05", opcode: 0x02, namespace: .max, dword10: 0x05 | 1023 << 16,
        answerBytes: structureBytes)

    /// Namespace Management, create: a namespace for this controller alone (NMIC 0), without protection, fully
    /// provisioned. The completion's dword 0 is its identifier (NVM Command Set Specification 1.0, figure 116).
    static func createNamespace(blocks: UInt64, format: UInt8) -> NVMeCommand {
        var fields = ByteWriter(reservingCapacity: structureBytes)
        fields.littleEndian(blocks)
        fields.littleEndian(blocks)
        fields.zeros(10)
        // Bits 5 and 6 hold the upper half of the format's index.
        fields.littleEndian(format & 0xf | (format >> 4 & 3) << 5)
        fields.zeros(structureBytes - fields.count)
        return NVMeCommand(
            name: "Namespace Management (create)", opcode: manageOpcode, payload: fields.bytes, timeout: patience)
    }

    /// Namespace Management, delete.
    static func deleteNamespace(_ namespace: UInt32) -> NVMeCommand {
        NVMeCommand(
            name: "Namespace Management (delete)", opcode: manageOpcode, namespace: namespace, dword10: 1,
            timeout: patience)
    }

    /// Namespace Attachment, attach.
    static func attach(_ namespace: UInt32, to controller: UInt16) -> NVMeCommand {
        attachment("attach", 0, namespace, controller)
    }

    /// Namespace Attachment, detach.
    static func detach(_ namespace: UInt32, from controller: UInt16) -> NVMeCommand {
        attachment("detach", 1, namespace, controller)
    }

    static let manageOpcode: UInt8 = 0x0d
    static let attachOpcode: UInt8 = 0x15

    private static func attachment(
        _ action: String, _ selected: UInt32, _ namespace: UInt32, _ controller: UInt16
    ) -> NVMeCommand {
        var list = ByteWriter(reservingCapacity: structureBytes)
        list.littleEndian(UInt16(1))
        list.littleEndian(controller)
        list.zeros(structureBytes - list.count)
        return NVMeCommand(
            name: "Namespace Attachment (\(action))", opcode: attachOpcode, namespace: namespace, dword10: selected,
            payload: list.bytes, timeout: patience)
    }
}
