import Diagnostics
import Glibc
import LinuxSystem
import PartitionTable

/// The names by which a boot loader or a kernel finds a root.
public struct RootNames: Sendable, Equatable {
    /// UUIDs of the root's file system, and of the physical volumes and arrays below it, in lower case and without
    /// separators, of which programs make different use.
    public var uuids: [String]
    /// `PARTUUID`; empty when the root is no partition, and for an MBR without a signature: then all such disks have it.
    public var partitionUUID: String
    /// The file system's label, only when the installed system finds its root by it; else empty.
    public var label: String

    /// Names; empty ones count for nothing.
    public init(uuids: [String], partitionUUID: String, label: String = "") {
        self.uuids = uuids.map(Self.normalised).filter { !$0.isEmpty }
        self.partitionUUID = partitionUUID.hasPrefix("00000000-") ? "" : partitionUUID.lowercased()
        self.label = label
    }

    /// Which of the names something else has, too, in words; `nil` for none.
    func shared(with signature: Signature) -> String? {
        if uuids.contains(Self.normalised(signature.uuid)), !signature.isPartitionTable {
            return "UUID \(signature.uuid)"
        }
        if !label.isEmpty, signature.label == label { return "label \(quotedText(label))" }
        return nil
    }

    private static func normalised(_ uuid: String) -> String { uuid.lowercased().filter { $0 != "-" && $0 != ":" } }
}

/// A device of another disk that has a name of the root.
public struct RootCopy: ExplainedError, Equatable {
    /// The root's device, such as `/dev/sda3`.
    public let root: String
    /// The other device, such as `/dev/sdb3`.
    public let other: String
    /// The other disk, such as `/dev/sdb`, with what tells it from its like.
    public let disk: String
    /// What they share, such as `UUID 7469…`.
    public let name: String

    /// One sentence without a final full stop.
    public var description: String {
        "\(other) on \(disk) has the same \(name) as the installed root \(root): the machine might boot the other one"
    }

    /// What to try.
    public var advice: String {
        "wipe or pull that disk if it holds an older copy of the image (wipefs --all \(other)), else give the image's "
            + "root another identity, then retry"
    }
}

/// Looks for second copies of a root on the other disks of the machine, such as the same image written there earlier.
public enum RootCopies {
    /// Time for one device to answer.
    public static let timeout: Duration = .seconds(10)

    /// The first device of another disk with a name of the root. Nothing is written.
    ///
    /// - Parameters:
    ///   - root: the root's device, for the error.
    ///   - target: the disk that was written; other paths to it do not count.
    ///   - disks: every disk and drive of the machine, the boot medium included.
    ///   - report: told of each device that cannot be read; the search goes on with the next disk.
    public static func find(
        of names: RootNames, root: String, on target: Disk, among disks: [Disk], timeout: Duration = timeout,
        report: (any Error) -> Void = { _ in }
    ) -> RootCopy? {
        for disk in disks where disk.name != target.name && !disk.isSameUnit(as: target) && disk.sizeBytes > 0 {
            let serial = disk.serial.isEmpty ? "" : " (serial \(quotedText(disk.serial)))"
            func copy(_ device: String, _ name: String) -> RootCopy {
                RootCopy(root: root, other: device, disk: disk.devicePath + serial, name: name)
            }
            do {
                if let number = try partition(of: disk, withUUID: names.partitionUUID, timeout) {
                    let node = KernelPartitions.name(of: number, on: disk.name)
                    return copy("/dev/\(node)", "PARTUUID \(names.partitionUUID)")
                }
                for path in [disk.devicePath] + disk.partitions.map(\.devicePath) {
                    let signatures = try watched("probe", device: path, timeout: timeout) {
                        try Signatures.all(on: path)
                    }
                    if let name = signatures.lazy.compactMap({ names.shared(with: $0) }).first {
                        return copy(path, name)
                    }
                }
            } catch {
                // An empty drive is no failure; a disk that does not answer will not answer for its partitions either.
                if !isEmptyDrive(error) { report(error) }
            }
        }
        return nil
    }

    private static func isEmptyDrive(_ error: any Error) -> Bool {
        let cause: SystemCallError?
        if case .failed(let failure)? = error as? SignatureError {
            cause = failure
        } else {
            cause = error as? SystemCallError
        }
        return cause?.errno.rawValue == ENOMEDIUM
    }

    /// The number of the partition with a PARTUUID, of the table that lies on the disk.
    private static func partition(of disk: Disk, withUUID uuid: String, _ timeout: Duration) throws -> Int? {
        guard !uuid.isEmpty else { return nil }
        let path = disk.devicePath
        let sectorSize = disk.logicalSectorSize
        return try watched("read", device: path, timeout: timeout) {
            let device = try Descriptor.open(path, O_RDONLY)
            let head = try device.readBytes(count: PartitionTable.usualHeadLength, at: 0)
            // A disk without a table, or with a damaged one, has no such partition.
            guard let table = try? PartitionTable.read(imageHead: head, sectorSize: sectorSize) else { return nil }
            let partitions = try? table.partitions { try device.readBytes(count: $1, at: UInt64(clamping: $0)) }
            return partitions?.first { $0.uuid == uuid }?.number
        }
    }
}
