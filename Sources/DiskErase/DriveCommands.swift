import CLinux
import Glibc
import LinuxSystem

/// Hands commands to the drive behind an open block device. Each is watched, a while longer than the kernel waits itself.
struct DriveCommands: Sendable {
    /// The disk, open in any mode.
    let descriptor: Descriptor
    private static let grace = Duration.seconds(60)
    /// As much sense data as there can be (SPC-5 4.4.1).
    private static let senseBytes = 252

    /// The identifier of an NVMe disk's namespace: ioctl(NVME_IOCTL_ID).
    func namespaceIdentifier() throws(SystemCallError) -> UInt32 {
        let identifier = try systemCall("ioctl(NVME_IOCTL_ID)", descriptor.name) {
            martlet_nvme_namespace(descriptor.rawValue)
        }
        return UInt32(bitPattern: identifier)
    }

    /// Carries out an NVMe admin command: ioctl(NVME_IOCTL_ADMIN_CMD).
    ///
    /// - Returns: the controller's answer.
    /// - Throws: `EraseError.refused`, `SystemCallError`, `StuckCallError`.
    func perform(_ command: NVMeCommand) throws -> [UInt8] {
        let reply: NVMeReply = try perform(command)
        guard reply.status == 0 else {
            throw EraseError.refused(
                disk: descriptor.name, command: "NVMe \(command.name)", reason: NVMeStatus.text(reply.status))
        }
        return reply.data
    }

    /// Carries out an NVMe admin command, and leaves it to the caller what a refusal means.
    ///
    /// - Throws: `SystemCallError`, `StuckCallError`.
    func perform(_ command: NVMeCommand) throws -> NVMeReply {
        try watched(
            command.name, device: descriptor.name, timeout: command.timeout + Self.grace
        ) { [descriptor] in
            let isSent = !command.payload.isEmpty
            var data = isSent ? command.payload : [UInt8](repeating: 0, count: command.answerBytes)
            var result: UInt32 = 0
            let status = try data.withUnsafeMutableBytes { buffer in
                try systemCall("ioctl(NVME_IOCTL_ADMIN_CMD)", descriptor.name) {
                    martlet_nvme_admin(
                        descriptor.rawValue, command.opcode, command.namespace, command.dword10, command.dword11,
                        buffer.count > 0 ? buffer.baseAddress : nil, UInt32(buffer.count),
                        milliseconds(command.timeout), &result)
                }
            }
            return NVMeReply(status: status, result: result, data: isSent ? [] : data)
        }
    }

    /// Makes the kernel look which namespaces a controller has: ioctl(NVME_IOCTL_RESCAN). Returns before it has.
    ///
    /// - Throws: `SystemCallError`, `StuckCallError`.
    func rescanNamespaces() throws {
        try watched("rescan", device: descriptor.name, timeout: Self.grace) { [descriptor] in
            _ = try systemCall("ioctl(NVME_IOCTL_RESCAN)", descriptor.name) {
                martlet_nvme_rescan(descriptor.rawValue)
            }
        }
    }

    /// Carries out a SCSI command: ioctl(SG_IO).
    ///
    /// - Returns: how it ended, well or not.
    /// - Throws: `SystemCallError`, `StuckCallError`.
    func perform(_ command: SCSICommand) throws -> SCSIReply {
        try watched(command.name, device: descriptor.name, timeout: command.timeout + Self.grace) { [descriptor] in
            var data: [UInt8]
            let direction: Int32
            switch command.transfer {
            case .nothing: (data, direction) = ([], SG_DXFER_NONE)
            case .send(let bytes): (data, direction) = (bytes, SG_DXFER_TO_DEV)
            case .receive(let count): (data, direction) = ([UInt8](repeating: 0, count: count), SG_DXFER_FROM_DEV)
            }
            var sense = [UInt8](repeating: 0, count: Self.senseBytes)
            var result = martlet_scsi_result()
            _ = try data.withUnsafeMutableBytes { data in
                try sense.withUnsafeMutableBytes { sense in
                    try systemCall("ioctl(SG_IO)", descriptor.name) {
                        martlet_scsi(
                            descriptor.rawValue, command.bytes, UInt8(clamping: command.bytes.count), direction,
                            data.count > 0 ? data.baseAddress : nil, UInt32(data.count), sense.baseAddress,
                            UInt8(sense.count), milliseconds(command.timeout), &result)
                    }
                }
            }
            let isReceived = direction == SG_DXFER_FROM_DEV
            let received = isReceived ? data.dropLast(Int(clamping: result.residue)) : []
            return SCSIReply(
                status: result.status, hostStatus: result.host_status,
                sense: Array(sense.prefix(Int(result.sense_length))), data: Array(received))
        }
    }
}

/// How an NVMe admin command ended.
struct NVMeReply: Sendable, Equatable {
    /// 0, or why the controller refused it.
    var status: Int32 = 0
    /// Dword 0 of the completion.
    var result: UInt32 = 0
    /// What the controller answered.
    var data: [UInt8] = []
}

/// What an NVMe status that is not 0 means: the generic and command specific ones that erasing and the making of namespaces
/// meet (NVM Express Base Specification 2.0, figures 94 and 95).
enum NVMeStatus {
    static func text(_ status: Int32) -> String {
        // Status code and status code type; above them are "do not retry" and "more".
        let code = status & 0x7ff
        let meaning =
            switch code {
            case 0x001: "it does not know the command"
            case 0x002: "it does not know one of the command's fields"
            case 0x00b: "no such namespace or format"
            case 0x015: "operation denied"
            case 0x01c: "an earlier sanitize failed"
            case 0x01d: "a sanitize is in progress"
            case 0x020: "the namespace is write-protected"
            case 0x10a: "it does not have this format"
            case 0x115, 0x126: "it has not that much capacity left"
            case 0x116: "it has no identifier left for one more namespace"
            case 0x118: "the namespace is attached already"
            case 0x119: "another controller has the namespace for itself"
            case 0x11a: "the namespace is not attached"
            case 0x11b: "it offers no thin provisioning"
            case 0x11c: "it knows no such controller"
            case 0x124: "it knows no such ANA group"
            case 0x125: "the namespace's ANA state forbids that"
            case 0x127: "no more namespaces can be attached to it"
            case 0x129: "it does not have this command set"
            default: ""
            }
        let number = "NVMe status 0x\(String(code, radix: 16))"
        return meaning.isEmpty ? number : "\(meaning) (\(number))"
    }
}

private func milliseconds(_ duration: Duration) -> UInt32 {
    UInt32(clamping: duration.components.seconds.multipliedReportingOverflow(by: 1000).partialValue)
}
