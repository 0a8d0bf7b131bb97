/// One NVMe admin command, without the ioctl that carries it (NVM Express Base Specification 2.0, section 5).
struct NVMeCommand: Sendable, Equatable {
    /// The specification's name, for errors.
    let name: String
    let opcode: UInt8
    /// The namespace meant; 0 where the command is about the controller.
    var namespace: UInt32 = 0
    var dword10: UInt32 = 0
    var dword11: UInt32 = 0
    /// What the controller reads with the command; empty for nothing.
    var payload: [UInt8] = []
    /// Bytes that the controller answers with.
    var answerBytes = 0
    /// How long the kernel waits before it gives the controller up and resets it.
    var timeout = Duration.seconds(60)

    /// Identify (5.17) by CNS: 0x00 a namespace, 0x01 the controller, 0x02 active namespaces, 0x10 allocated ones.
    static func identify(_ structure: UInt32, namespace: UInt32 = 0) -> NVMeCommand {
        NVMeCommand(
            name: "Identify", opcode: 0x06, namespace: namespace, dword10: structure, answerBytes: 4096)
    }

    static let identifyController = identify(0x01)
    static func identifyNamespace(_ namespace: UInt32) -> NVMeCommand { identify(0x00, namespace: namespace) }
    /// The namespaces attached to this controller, up to 1024.
    static let activeNamespaces = identify(0x02)
    /// All namespaces of the subsystem, up to 1024; only a controller with namespace management knows them.
    static let allocatedNamespaces = identify(0x10)

    /// Get Log Page (5.16) of the sanitize status, page 0x81: its first 32 bytes, which is NUMD 7.
    static let sanitizeStatus = NVMeCommand(
        name: "Get Log Page 0x81", opcode: 0x02, namespace: .max, dword10: 0x81 | 7 << 16, answerBytes: 32)

    /// What Sanitize is to do (5.24, SANACT).
    enum SanitizeAction: UInt32, Sendable, Equatable {
        case exitFailureMode = 1
        case blockErase = 2
        case overwrite = 3
        case cryptoErase = 4
    }

    /// Sanitize: begins, and goes on by itself, after a loss of power too. AUSE (bit 3) lets the disk be used again should
    /// it fail. An overwrite is one pass (OWPASS, bits 4 to 7) of zeros.
    static func sanitize(_ action: SanitizeAction) -> NVMeCommand {
        let allowExit: UInt32 = action == .exitFailureMode ? 0 : 1 << 3
        let passes: UInt32 = action == .overwrite ? 1 << 4 : 0
        return NVMeCommand(
            name: "Sanitize", opcode: 0x84, dword10: action.rawValue | allowExit | passes, timeout: .seconds(300))
    }

    /// What Format NVM is to erase besides (5.14, SES).
    enum FormatErase: UInt32, Sendable, Equatable {
        case userData = 1
        case cryptographic = 2
    }

    /// Format NVM of one namespace in the format that it has now. Returns when it is done.
    static func format(_ namespace: UInt32, as format: NVMeNamespace.Format, erase: FormatErase) -> NVMeCommand {
        let layout = UInt32(format.index & 0xf) | UInt32(format.index >> 4) << 12
        let metadata: UInt32 = (format.hasExtendedMetadata ? 1 : 0) << 4
        let protection = UInt32(format.protectionType) << 5 | (format.protectsFirstBytes ? 1 : 0) << 8
        return NVMeCommand(
            name: "Format NVM", opcode: 0x80, namespace: namespace,
            dword10: layout | metadata | protection | erase.rawValue << 9, timeout: .seconds(7200))
    }
}
