import BlockDevices
import Diagnostics
import Glibc
import ImageStreaming
import LinuxSystem
import PartitionTable
import Pipeline
import TargetSystem

extension Steps {
    /// Grows the mounted root to the end of the disk, if GROW_ROOT asks for it and no partition lies behind it: in the
    /// withheld table, in the kernel's list of partitions, and the file system itself.
    ///
    /// The root boots however much of this the kernel refuses, so a refusal is a warning. Each stage leaves what the ones
    /// before it made valid: a table that is not changed, or a partition that is larger than its file system.
    ///
    /// - Returns: the disk with the table that the seal is to write.
    func growing(_ root: MountedRoot, on written: WrittenDisk) async throws -> WrittenDisk {
        guard written.job.vars.root.grows else { return written }
        let disk = written.pinned.disk
        let name = { (number: Int) in KernelPartitions.name(of: number, on: disk.name) }
        let number = root.partition.number
        guard root.partition.devicePath == "/dev/" + name(number) else {
            services.agentLog.note("did not grow /: \(root.partition.devicePath) is no partition of \(disk.devicePath)")
            return written
        }
        let growth: PartitionGrowth
        do throws(NoGrowth) {
            let sectors = Int(clamping: disk.sizeBytes) / max(disk.logicalSectorSize, 1)
            growth = try written.withheld.table.growing(number, toDiskSectors: sectors)
        } catch {
            let reason = "did not grow /: \(error.explanation(naming: name))"
            services.console.say("  \(reason)")
            services.agentLog.note(reason)
            return written
        }
        do {
            try await offPool("grow partition") { try resize(number, growth, on: disk) }
        } catch {
            services.log.warning("\(error.explanation); / keeps its size")
            return written
        }
        var grown = written
        grown.withheld.table = growth.table
        if growth.isAtTableLimit {
            let end = BinarySize.text(growth.startBytes + growth.newLengthBytes)
            services.log.warning("\(disk.devicePath) is larger than an MBR can tell: / ends after \(end)")
        }
        do {
            let sizes = try await offPool("grow file system") {
                try root.growFileSystem(toPartitionBytes: growth.newLengthBytes)
            }
            let text = "grew / from \(BinarySize.text(sizes.oldBytes)) to \(BinarySize.text(sizes.newBytes))"
            services.console.say("  \(text)")
            services.agentLog.note(text)
        } catch {
            services.log.warning("\(error.explanation); its partition did, and the system boots")
        }
        return grown
    }

    /// Tells the kernel; the root is mounted, so the disk is not held exclusively.
    private func resize(_ number: Int, _ growth: PartitionGrowth, on disk: Disk) throws {
        try watched("resizing partition \(number)", device: disk.devicePath, timeout: .seconds(60)) {
            let descriptor = try Descriptor.open(disk.devicePath, O_RDONLY)
            try KernelPartitions(of: disk.name, descriptor: descriptor).resize(
                PartitionExtent(
                    number: number, startBytes: growth.startBytes, lengthBytes: growth.newLengthBytes))
        }
    }
}

/// Sizes as `df -h` gives them.
enum BinarySize {
    /// A size in binary units with one decimal, such as `19.9 GiB`.
    static func text(_ bytes: UInt64) -> String {
        let units: [(shift: UInt64, name: String)] = [(40, "TiB"), (30, "GiB"), (20, "MiB")]
        let unit = units.first { bytes >> $0.shift > 0 } ?? (20, "MiB")
        // Down to tenths; shifted first, so that nothing overflows.
        let tenths = ((bytes >> (unit.shift - 10)) * 10) >> 10
        return "\(tenths / 10).\(tenths % 10) \(unit.name)"
    }
}
