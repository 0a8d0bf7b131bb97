import Glibc
import LinuxSystem

/// A volume on removable or optical media that is found by its label.
public struct LabelledVolume: Sendable, Equatable {
    /// The node to mount, such as `/dev/sr0` or `/dev/sdb1`.
    public let devicePath: String
    /// File system type to mount it as, such as `iso9660` or `vfat`.
    public let fileSystem: String
    /// The label as found.
    public let label: String
    /// The kernel's name of the disk or drive.
    public let diskName: String

    /// Time for one medium to answer: an optical drive first has to spin up.
    public static let timeout: Duration = .seconds(20)

    /// The volume with the first of these labels, whatever its case. Internal disks are never looked at: a stale label
    /// on one must not command the machine.
    ///
    /// - Parameters:
    ///   - labels: in order of rank, such as `MARTLET`, `CIDATA`.
    ///   - disks: every disk and drive of the machine.
    ///   - report: told of each medium that cannot be read; an empty drive is no such case.
    public static func find(
        _ labels: [String], among disks: [Disk], timeout: Duration = timeout, report: (any Error) -> Void = { _ in }
    ) -> LabelledVolume? {
        let volumes = disks.filter { $0.kind == .optical || $0.isRemovable }
            .flatMap { self.volumes(on: $0, timeout: timeout, report: report) }
        return choose(labels, from: volumes)
    }

    /// The names of the removable, optical and USB media that hold a volume labelled `MARTLET`: what the machine was or
    /// could have been started from, and what must never be written.
    public static func bootMedia(
        among disks: [Disk], timeout: Duration = timeout, report: (any Error) -> Void = { _ in }
    ) -> Set<String> {
        let candidates = disks.filter { $0.kind == .optical || $0.isRemovable || $0.transport == .usb }
        let volumes = candidates.flatMap { self.volumes(on: $0, timeout: timeout, report: report) }
        return Set(volumes.filter { $0.label.lowercased() == "martlet" }.map(\.diskName))
    }

    /// The best volume by rank of label, then by order, then by file system: ISO 9660 before the UDF beside it.
    static func choose(_ labels: [String], from volumes: [LabelledVolume]) -> LabelledVolume? {
        for label in labels {
            let found = volumes.filter { $0.label.lowercased() == label.lowercased() }
            guard let first = found.first else { continue }
            return found.first { $0.devicePath == first.devicePath && $0.fileSystem == "iso9660" } ?? first
        }
        return nil
    }

    private static func volumes(
        on disk: Disk, timeout: Duration, report: (any Error) -> Void
    ) -> [LabelledVolume] {
        guard disk.sizeBytes > 0 else { return [] }
        var volumes: [LabelledVolume] = []
        for path in [disk.devicePath] + disk.partitions.map(\.devicePath) {
            do {
                let signatures = try watched("probe", device: path, timeout: timeout) {
                    try Signatures.all(on: path)
                }
                volumes += signatures.filter { !$0.label.isEmpty }.map {
                    LabelledVolume(devicePath: path, fileSystem: $0.type, label: $0.label, diskName: disk.name)
                }
            } catch {
                if case .failed(let cause)? = error as? SignatureError, cause.errno.rawValue == ENOMEDIUM {
                    return volumes
                }
                report(error)
                // A device that does not answer will not answer for its partitions either.
                if error is StuckCallError { return volumes }
            }
        }
        return volumes
    }
}
