import BlockDevices
import Diagnostics
import Glibc
import ImageStreaming
import LVM
import LinuxSystem
import PartitionTable
import Pipeline
import TargetSystem

extension Steps {
    /// Grows the mounted root to the end of the disk, if GROW_ROOT asks for it and no partition lies behind it: in the
    /// withheld table, in the kernel's list of partitions, in LVM's metadata where it is a logical volume, and the file
    /// system itself.
    ///
    /// The root boots however much of this is refused, so a refusal is a warning. Each stage leaves what the ones before it
    /// made valid: a table that is not changed, or a partition that is larger than its file system.
    ///
    /// - Returns: the disk with the table that the seal is to write.
    func growing(
        _ root: MountedRoot, _ volumes: LogicalVolumes, on written: WrittenDisk
    ) async throws -> WrittenDisk {
        guard written.job.vars.root.grows else { return written }
        let disk = written.pinned.disk
        let name = { (number: Int) in KernelPartitions.name(of: number, on: disk.name) }
        let volume = volumes.active.first { $0.devicePath == root.partition.devicePath }
        let device = volume?.physicalVolumes.first ?? root.partition.devicePath
        guard let number = KernelPartitions.number(of: device, on: disk.name) else {
            keepSize("\(device) is no partition of \(disk.devicePath)")
            return written
        }
        var growth: PartitionGrowth?
        do {
            let sectors = Int(clamping: disk.sizeBytes) / max(disk.logicalSectorSize, 1)
            growth = try await offPool("plan growth") { [table = written.withheld.table] in
                try plan(number, table, toDiskSectors: sectors, of: disk)
            }
        } catch NoGrowth.full where volume != nil {
            // Something may be free at the physical volume's end all the same.
        } catch {
            keepSize((error as? NoGrowth)?.explanation(naming: name) ?? error.explanation)
            return written
        }
        let length = growth?.newLengthBytes
        var volumeGrowth: VolumeGrowth?
        if let volume {
            do {
                volumeGrowth = try await offPool("plan growth") {
                    try volumes.growth(of: volume, toPhysicalVolumeBytes: length ?? size(of: device))
                }
            } catch {
                keepSize(error.explanation)
                return written
            }
        }
        var grown = written
        if let growth {
            do {
                try await offPool("grow partition") { try resize(number, growth, on: disk) }
            } catch {
                services.log.warning("\(error.explanation); / keeps its size")
                return written
            }
            grown.withheld.table = growth.table
            if growth.isAtTableLimit {
                let end = BinarySize.text(growth.startBytes + growth.newLengthBytes)
                services.log.warning("\(disk.devicePath) is larger than an MBR can tell: / ends after \(end)")
            }
        }
        await growContents(of: root, volumes, volume, volumeGrowth, toPartitionBytes: length)
        return grown
    }

    /// Grows what is in a partition that has grown: the logical volume, if the root is on one, then the file system.
    private func growContents(
        of root: MountedRoot, _ volumes: LogicalVolumes, _ volume: ActiveLogicalVolume?, _ growth: VolumeGrowth?,
        toPartitionBytes length: UInt64?
    ) async {
        guard let bytes = growth?.newBytes ?? length else { return }
        do {
            if let volume, let growth {
                try await offPool("grow volume") { try volumes.grow(volume, growth) }
            }
            let sizes = try await offPool("grow file system") {
                try root.growFileSystem(toPartitionBytes: bytes)
            }
            let text = "grew / from \(BinarySize.text(sizes.oldBytes)) to \(BinarySize.text(sizes.newBytes))"
            services.console.say("  \(text)")
            services.agentLog.note(text)
        } catch {
            services.log.warning("\(error.explanation); its partition did, and the system boots")
        }
    }

    private func keepSize(_ reason: String) {
        services.console.say("  did not grow /: \(reason)")
        services.agentLog.note("did not grow /: \(reason)")
    }

    private func size(of device: String) throws -> UInt64 {
        try watched("open", device: device, timeout: .seconds(60)) {
            try Descriptor.open(device, O_RDONLY).sizeInBytes()
        }
    }

    /// Reads the disk only where logical partitions are listed.
    private func plan(
        _ number: Int, _ table: PartitionTable, toDiskSectors sectors: Int, of disk: Disk
    ) throws -> PartitionGrowth {
        try watched("reading partitions", device: disk.devicePath, timeout: .seconds(60)) {
            let descriptor = try Descriptor.open(disk.devicePath, O_RDONLY)
            return try table.growing(number, toDiskSectors: sectors) {
                try descriptor.readBytes(count: $1, at: UInt64(clamping: $0))
            }
        }
    }

    /// Tells the kernel, and once it agrees the list of logical partitions, which is in none of the withheld sectors. The
    /// root is mounted, so the disk is not held exclusively.
    private func resize(_ number: Int, _ growth: PartitionGrowth, on disk: Disk) throws {
        try watched("resizing partition \(number)", device: disk.devicePath, timeout: .seconds(60)) {
            let descriptor = try Descriptor.open(disk.devicePath, growth.links.isEmpty ? O_RDONLY : O_RDWR)
            try KernelPartitions(of: disk.name, descriptor: descriptor).resize(
                PartitionExtent(
                    number: number, startBytes: growth.startBytes, lengthBytes: growth.newLengthBytes))
            for link in growth.links { try descriptor.writeBytes(link.bytes, at: UInt64(clamping: link.offset)) }
            if !growth.links.isEmpty { try descriptor.synchronize() }
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
