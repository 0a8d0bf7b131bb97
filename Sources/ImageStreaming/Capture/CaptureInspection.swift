import BlockDevices
import FreeSpace
import LinuxSystem
import PartitionTable

/// What there is to capture on a disk, found by reading its partition table and file systems.
public struct CaptureInspection: Sendable {
    /// Which bytes are needed.
    public let extents: CaptureExtents
    /// One sentence for each partition, for people.
    public let remarks: [String]

    /// How long one file system may take to say what is free: the log and all bitmaps of a large one are read.
    private static let patience = Duration.seconds(600)

    /// Looks at a disk. Reads only, with direct I/O where there is any: what another view of the disk has changed shows.
    ///
    /// One disk of a mirror is taken for the mirror: what md keeps at its end would be in the way of a disk that is no
    /// larger, and describes an array that what comes back is no part of.
    ///
    /// - Parameters:
    ///   - descriptor: the disk, or a file, open for reading.
    ///   - leavesOutFree: whether free blocks of clean file systems become zeros in the image.
    /// - Throws: `ImageWriteError.notAWritableTarget`, `SystemCallError`, `StuckCallError`.
    public static func inspect(_ descriptor: Descriptor, leavesOutFree: Bool = true) throws -> CaptureInspection {
        let target = try WriteTarget(descriptor)
        guard leavesOutFree else { return CaptureInspection(extents: CaptureExtents(size: target.size), remarks: []) }
        let hadDirect = target.setDirect(true)
        defer { if hadDirect == false { _ = target.setDirect(false) } }
        let partitions: [TablePartition]
        let size: UInt64
        do {
            (partitions, size) = try watched("read", device: descriptor.name, timeout: patience) {
                let head = try target.bytes(at: 0, count: PartitionTable.usualHeadLength)
                let table = try PartitionTable.read(imageHead: head, sectorSize: target.sectorSize)
                let partitions = try table.partitions {
                    offset, count in try target.bytes(at: UInt64(clamping: offset), count: count)
                }
                return (partitions, try end(of: table, partitions, on: target))
            }
        } catch is PartitionTableError {
            return CaptureInspection(
                extents: CaptureExtents(size: target.size),
                remarks: ["all of it is read, since it has no partition table that is understood"])
        }
        var unused: [Range<UInt64>] = []
        var remarks: [String] = []
        if size < target.size {
            remarks.append("it is one disk of a mirror: the image ends with the mirror, at byte \(size)")
        }
        for partition in partitions {
            let start = UInt64(clamping: partition.firstByte)
            let place = (start..<start + UInt64(clamping: partition.byteCount)).clamped(to: 0..<target.size)
            switch try freeSpace(in: place, of: target) {
            case .known(let fileSystem, let free):
                let bytes = free.reduce(0) { $0 + UInt64($1.count) }
                unused += free.map { place.lowerBound + $0.lowerBound..<place.lowerBound + $0.upperBound }
                remarks.append("partition \(partition.number): \(fileSystem), \(bytes >> 20) MiB of it are free")
            case .unknown(let reason):
                remarks.append("partition \(partition.number): all of it is read, since \(reason)")
            }
        }
        return CaptureInspection(extents: CaptureExtents(size: size, unused: unused), remarks: remarks)
    }

    /// Where the image ends: with the disk, or with the mirror that it is a disk of, if the table ends there as well.
    private static func end(
        of table: PartitionTable, _ partitions: [TablePartition], on target: WriteTarget
    ) throws(ImageWriteError) -> UInt64 {
        let array = try MirroredDisk.arrayBytes(diskBytes: target.size) { offset, count throws(ImageWriteError) in
            try target.bytes(at: offset, count: count)
        }
        guard let array else { return target.size }
        var end = partitions.map { UInt64(clamping: $0.firstByte) + UInt64(clamping: $0.byteCount) }.max() ?? 0
        if case .gpt(let gpt) = table { end = max(end, UInt64(clamping: gpt.imageSizeInBytes)) }
        return end <= array ? array : target.size
    }

    private static func freeSpace(in place: Range<UInt64>, of target: WriteTarget) throws -> FreeSpace {
        do {
            return try watched("read", device: target.descriptor.name, timeout: patience) {
                try FreeSpace.find(length: UInt64(place.count)) { offset, count in
                    let start = place.lowerBound + min(offset, UInt64(place.count))
                    return try target.bytes(at: start, count: Int(min(UInt64(count), place.upperBound - start)))
                }
            }
        } catch let error as ImageWriteError {
            // The capture itself will come across it, and name the sector.
            return .unknown(reason: "\(error)")
        }
    }
}

extension WriteTarget {
    /// Bytes at an offset, or as many as there are before the end, read in whole blocks of 4096 as direct I/O wants them.
    fileprivate func bytes(at offset: UInt64, count: Int) throws(ImageWriteError) -> [UInt8] {
        let end = min(offset + UInt64(count), size)
        guard offset < end else { return [] }
        let start = offset / 4096 * 4096
        let aligned = PageBuffer(length: (Int(end - start) + 4095) / 4096 * 4096)
        try read(start..<end, into: aligned.bytes)
        return Array(aligned.bytes[Int(offset - start)..<Int(end - start)])
    }
}
