import CLinux
import Diagnostics
import Glibc
import LinuxSystem

/// A partition to be told to the kernel.
public struct PartitionExtent: Sendable, Equatable {
    /// Its number, which gives the node its name: `/dev/sda1`, `/dev/nvme0n1p1`.
    public let number: Int
    /// First byte on the disk; a multiple of the logical sector size.
    public let startBytes: UInt64
    /// Length in bytes; likewise.
    public let lengthBytes: UInt64

    /// A partition of these bytes.
    public init(number: Int, startBytes: UInt64, lengthBytes: UInt64) {
        self.number = number
        self.startBytes = startBytes
        self.lengthBytes = lengthBytes
    }
}

/// The kernel's own list of a disk's partitions, set by ioctl(BLKPG) without a table on the disk.
public struct KernelPartitions: Sendable {
    private let diskName: String
    private let descriptor: Descriptor
    private let sysfs: BlockSysfs

    /// The partitions of a whole disk.
    ///
    /// - Parameters:
    ///   - diskName: the kernel's name, such as `sda`.
    ///   - descriptor: the whole disk, open in any mode. It need not be held exclusively.
    public init(of diskName: String, descriptor: Descriptor, sysfs: BlockSysfs = BlockSysfs()) {
        self.diskName = diskName
        self.descriptor = descriptor
        self.sysfs = sysfs
    }

    /// The kernel's name of a partition: a `p` between a disk's name that ends in a digit and the number.
    public static func name(of number: Int, on diskName: String) -> String {
        diskName.last?.isNumber == true ? "\(diskName)p\(number)" : "\(diskName)\(number)"
    }

    /// The number of a partition of a disk, from its node such as `/dev/sda3`; `nil` for any other device.
    public static func number(of devicePath: String, on diskName: String) -> Int? {
        let digits = devicePath.utf8.reversed().prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
        guard let number = Int(devicePath.suffix(digits)), devicePath == "/dev/" + name(of: number, on: diskName) else {
            return nil
        }
        return number
    }

    /// Removes all partitions that the kernel knows of, then adds these and waits for their nodes.
    ///
    /// - Returns: the nodes, in the order of `extents`.
    /// - Throws: `KernelPartitionError`. Partitions added before the failing one stay.
    @discardableResult
    public func replace(with extents: [PartitionExtent]) throws(KernelPartitionError) -> [String] {
        try removeAll()
        var nodes: [String] = []
        for extent in extents {
            try request("add", addOperation, extent)
            nodes.append(try waitForNode(Self.name(of: extent.number, on: diskName)))
        }
        return nodes
    }

    /// Removes all partitions that the kernel knows of.
    ///
    /// - Throws: `KernelPartitionError`; `busy` when one is mounted, held or open.
    public func removeAll() throws(KernelPartitionError) {
        for partition in HolderReader(sysRoot: sysfs.sysRoot).partitions(in: "\(sysfs.sysRoot)/block/\(diskName)") {
            let extent = PartitionExtent(number: partition.number, startBytes: 0, lengthBytes: 0)
            try request("remove", removeOperation, extent)
        }
    }

    /// Tells the kernel that a partition has a new length, also while it is mounted. Its start cannot change.
    ///
    /// - Throws: `KernelPartitionError`.
    public func resize(_ extent: PartitionExtent) throws(KernelPartitionError) {
        try request("resize", resizeOperation, extent)
    }

    private func request(_ verb: String, _ operation: Int32, _ extent: PartitionExtent) throws(KernelPartitionError) {
        let name = Self.name(of: extent.number, on: diskName)
        guard let number = Int32(exactly: extent.number), let start = Int64(exactly: extent.startBytes),
            let length = Int64(exactly: extent.lengthBytes)
        else { throw KernelPartitionError(verb: verb, partition: name, reason: .outOfRange) }
        do throws(SystemCallError) {
            try systemCall("ioctl(BLKPG)", name) {
                martlet_blkpg(descriptor.rawValue, operation, number, start, length)
            }
        } catch {
            // Gone already is what was asked for.
            if operation == removeOperation, error.errno == .noSuchAddressOrDevice { return }
            let isBusy = error.errno == .resourceBusy
            throw KernelPartitionError(
                verb: verb, partition: name,
                reason: !isBusy ? .failed(error) : operation == removeOperation ? .inUse : .overlaps)
        }
    }

    /// devtmpfs makes the node as part of adding the partition; elsewhere udev may take a moment.
    private func waitForNode(_ name: String) throws(KernelPartitionError) -> String {
        let path = "/dev/\(name)"
        for _ in 0..<500 {
            if Files.exists(path) { return path }
            pause(milliseconds: 10)
        }
        throw KernelPartitionError(verb: "add", partition: name, reason: .noNode(path))
    }
}

private let addOperation: Int32 = BLKPG_ADD_PARTITION
private let removeOperation: Int32 = BLKPG_DEL_PARTITION
private let resizeOperation: Int32 = BLKPG_RESIZE_PARTITION

/// The kernel does not take a change to its list of partitions.
public struct KernelPartitionError: ExplainedError, Equatable {
    /// Why.
    public enum Reason: Sendable, Equatable {
        /// The partition to remove is mounted, held by an array or open.
        case inUse
        /// It would overlap a partition that the kernel already has.
        case overlaps
        /// Number, start or length is beyond what the kernel counts.
        case outOfRange
        /// The kernel took it, but no node appeared under `/dev`.
        case noNode(String)
        /// Another reason.
        case failed(SystemCallError)
    }

    /// `add`, `remove` or `resize`.
    public let verb: String
    /// The kernel's name of the partition.
    public let partition: String
    /// Why.
    public let reason: Reason

    /// What failed, on what and why.
    public var description: String {
        let why =
            switch reason {
            case .inUse: "it is mounted, held by an array, or open"
            case .overlaps: "it overlaps another partition"
            case .outOfRange: "its number or place is out of range"
            case .noNode(let path): "\(path) did not appear within 5 s"
            case .failed(let error): error.description
            }
        return "cannot \(verb) partition \(partition): \(why)"
    }

    /// What to try.
    public var advice: String {
        switch reason {
        case .inUse: "unmount it or stop what uses it"
        case .overlaps, .outOfRange, .failed: "check the partition table of the image"
        case .noNode: "check that devtmpfs is mounted at /dev"
        }
    }
}
