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
        let (status, answer) = try watched(
            command.name, device: descriptor.name, timeout: command.timeout + Self.grace
        ) { [descriptor] in
            var answer = [UInt8](repeating: 0, count: command.answerBytes)
            let status = try answer.withUnsafeMutableBytes { buffer in
                try systemCall("ioctl(NVME_IOCTL_ADMIN_CMD)", descriptor.name) {
                    martlet_nvme_admin(
                        descriptor.rawValue, command.opcode, command.namespace, command.dword10, command.dword11,
                        buffer.count > 0 ? buffer.baseAddress : nil, UInt32(buffer.count),
                        milliseconds(command.timeout))
                }
            }
            return (status, answer)
        }
        guard status == 0 else {
            throw EraseError.refused(
                disk: descriptor.name, command: "NVMe \(command.name)", reason: NVMeStatus.text(status))
        }
        return answer
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

/// What an NVMe status that is not 0 means: the generic and command specific ones that erasing meets (NVM Express Base
/// Specification 2.0, figures 94 and 95).
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
            default: ""
            }
        let number = "NVMe status 0x\(String(code, radix: 16))"
        return meaning.isEmpty ? number : "\(meaning) (\(number))"
    }
}

private func milliseconds(_ duration: Duration) -> UInt32 {
    UInt32(clamping: duration.components.seconds.multipliedReportingOverflow(by: 1000).partialValue)
}
