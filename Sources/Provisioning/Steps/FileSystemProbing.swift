import BlockDevices
import LinuxSystem
import TargetSystem

extension Signatures {
    /// What file system is on a device, for whoever mounts it; a device that does not answer is given up after 20 s.
    @Sendable static func identity(of path: String) throws -> FileSystemIdentity? {
        try watched("probe", device: path, timeout: .seconds(20)) {
            try fileSystem(on: path).map { FileSystemIdentity(type: $0.type, label: $0.label, uuid: $0.uuid) }
        }
    }
}
