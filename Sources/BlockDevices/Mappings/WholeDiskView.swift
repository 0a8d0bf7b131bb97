import CLinux
import Diagnostics
import Glibc
import LVM
import LinuxSystem

/// A disk as it will be, for programs that read its partition table themselves: head and tail, which are not on the disk
/// yet, from memory, and the body from the disk.
///
/// A loop device that scans for partitions stands on a device-mapper `linear` device, whose ends stand on loop devices
/// over memory: device-mapper has no partitions that the kernel would find, a loop device has. What is written to head or
/// tail stays in memory.
public final class WholeDiskView: Sendable {
    static let name = "martlet-view"

    /// The node of the whole disk, such as `/dev/loop2`.
    public let devicePath: String
    private let disk: String
    private let head: MemoryDisk
    private let tail: MemoryDisk?
    private let loop: LoopDevice

    /// Puts the view up. The disk's own partitions must be unknown to the kernel, and nothing may hold the disk.
    ///
    /// - Parameters:
    ///   - disk: the whole disk's node.
    ///   - sectorSize: bytes of a logical sector.
    ///   - head: from the disk's first byte; whole sectors.
    ///   - tail: up to `size`, where the view ends; whole sectors, or empty.
    ///   - size: bytes of the disk, in whole sectors.
    /// - Throws: `WholeDiskViewError`; nothing is left standing then.
    public init(
        of disk: String, sectorSize: Int, head: [UInt8], tail: [UInt8], size: UInt64
    ) throws(WholeDiskViewError) {
        let headLength = UInt64(head.count)
        let tailLength = UInt64(tail.count)
        let (ends, overflow) = headLength.addingReportingOverflow(tailLength)
        let sector = UInt64(clamping: sectorSize)
        guard !overflow, ends < size, sector > 0, [headLength, tailLength, size].allSatisfy({ $0 % sector == 0 }),
            headLength > 0
        else { throw WholeDiskViewError(disk: disk, action: "lay out", cause: "its ends are no whole sectors of it") }
        self.disk = disk
        var undo: [() -> Void] = []
        do {
            let head = try MemoryDisk(head, name: "head", sectorSize: sectorSize)
            undo.append { try? head.loop.detach() }
            let tail = tail.isEmpty ? nil : try MemoryDisk(tail, name: "tail", sectorSize: sectorSize)
            if let tail { undo.append { try? tail.loop.detach() } }
            var segments = [
                LinearSegment(length: headLength, device: head.loop.path, offset: 0),
                LinearSegment(length: size - ends, device: disk, offset: headLength),
            ]
            if let tail {
                segments.append(LinearSegment(length: tailLength, device: tail.loop.path, offset: 0))
            }
            let mapping = try DeviceMapping(named: Self.name, of: segments)
            let node = try DeviceMapper.activate(mapping, sysfs: BlockSysfs())
            undo.append { try? StackedDevices(sysfs: BlockSysfs()).removeMapping(Self.name) }
            let mapped = try Descriptor.open(node, O_RDWR)
            let loop = try LoopDevice(
                mapped, sectorSize: sectorSize, options: MARTLET_LOOP_PARTITIONS | MARTLET_LOOP_DIRECT)
            self.head = head
            self.tail = tail
            self.loop = loop
            devicePath = loop.path
        } catch {
            for step in undo.reversed() { step() }
            throw WholeDiskViewError(disk: disk, action: "put up", cause: String(describing: error))
        }
    }

    /// The node of a partition; `nil` when the kernel found none of this number.
    public func partitionPath(_ number: Int) -> String? {
        let path = "/dev/" + KernelPartitions.name(of: number, on: String(devicePath.dropFirst(5)))
        for _ in 0..<200 {
            if Files.exists(path) { return path }
            pause(milliseconds: 10)
        }
        return nil
    }

    /// Takes the view down.
    ///
    /// - Returns: head and tail as they are now.
    /// - Throws: `WholeDiskViewError`, such as when something is still mounted from it.
    public func end() throws(WholeDiskViewError) -> (head: [UInt8], tail: [UInt8]) {
        do {
            try loop.detach()
            // Fails for as long as the loop device has users: up to two seconds.
            try StackedDevices(sysfs: BlockSysfs()).removeMapping(Self.name)
            let ends = (head: try head.bytes(), tail: try tail?.bytes() ?? [])
            try head.loop.detach()
            try tail?.loop.detach()
            return ends
        } catch {
            throw WholeDiskViewError(disk: disk, action: "take down", cause: String(describing: error))
        }
    }
}

/// A block device over memory.
private struct MemoryDisk: Sendable {
    let loop: LoopDevice
    private let file: Descriptor
    private let length: Int

    init(_ bytes: [UInt8], name: String, sectorSize: Int) throws(SystemCallError) {
        let raw = try systemCall("memfd_create", name) { martlet_memfd_create("martlet-\(name)") }
        let file = Descriptor(owning: raw, name: "the \(name) in memory")
        length = bytes.count
        let outcome = bytes.withUnsafeBytes { buffer in
            Result { () throws(SystemCallError) in try file.writeAll(buffer, at: 0) }
        }
        try outcome.get()
        loop = try LoopDevice(file, sectorSize: sectorSize)
        self.file = file
    }

    func bytes() throws(SystemCallError) -> [UInt8] { try file.readBytes(count: length, at: 0) }
}

/// The view of a whole disk could not be put up or taken down.
public struct WholeDiskViewError: ExplainedError, Equatable {
    /// The disk's node.
    public let disk: String
    /// `lay out`, `put up` or `take down`.
    public let action: String
    /// Why.
    public let cause: String

    /// What failed, on what and why.
    public var description: String { "cannot \(action) a view of the whole disk \(disk): \(cause)" }

    /// What to try.
    public var advice: String {
        "check that the kernel has device-mapper and loop devices, and that nothing uses the disk"
    }
}
