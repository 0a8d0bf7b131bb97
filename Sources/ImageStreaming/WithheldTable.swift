import LinuxSystem
import PartitionTable

/// An image whose body is on the disk and verified, and whose head and tail are only here, in memory: no firmware boots
/// the disk before `seal`.
public struct WithheldTable: Sendable {
    /// The table that `seal` writes: that of the image, its backup moved to the disk's end. A step that grows or changes
    /// partitions before the seal puts its result here.
    public var table: PartitionTable
    /// What the writing came to.
    public let summary: ImageWriteSummary

    var head: [UInt8]
    let regions: WithheldRegions

    /// Writes head and tail, in the order in which a power cut leaves either no bootable disk or a whole one: flush, tail,
    /// head without sector 0, flush, sector 0, flush. All of it past the page cache, so that a write that fails names its
    /// sector. Where the body was read back, each is as well, once it was flushed.
    ///
    /// - Parameters:
    ///   - descriptor: the disk that the body is on, open for writing.
    ///   - members: the disks that mirror each other below it, which get sector 0 one after the other: the first is whole
    ///     before the second could be taken for it. Each of them is read back. Open for reading and writing past the page
    ///     cache; empty for a plain disk.
    ///   - notice: told in a sentence each time that a write is tried once more.
    ///   - check: asked once all but sector 0 is flushed, and again when that is; what it throws is a failure like any other.
    /// - Returns: what the writing came to, the seal with it.
    /// - Throws: `ImageWriteError`, `SystemCallError`; head and tail are zeros again then, as far as possible.
    @discardableResult
    public func seal(
        on descriptor: Descriptor, members: [Descriptor] = [],
        notice: @escaping @Sendable (String) -> Void = { _ in }, check: () throws -> Void = {}
    ) throws -> ImageWriteSummary {
        let retries = WriteRetries(notice: notice)
        let target = try WriteTarget(descriptor, retries: retries)
        let copies = members.isEmpty ? [target] : try members.map { try WriteTarget($0, retries: retries) }
        let hadDirect = target.setDirect(true)
        defer { if hadDirect == false { _ = target.setDirect(false) } }
        do {
            try target.flush()
            var tail: (bytes: [UInt8], offset: UInt64) = ([], 0)
            let bytes: [UInt8]
            switch table {
            case .gpt(let gpt):
                tail = (gpt.backup.bytes, UInt64(gpt.backup.offset))
                bytes = gpt.head(from: head)
            case .mbr(let mbr): bytes = mbr.head(from: head)
            }
            let sectorSize = table.sectorSize
            try write(tail.bytes[...], at: tail.offset, to: target)
            try write(bytes.dropFirst(sectorSize), at: UInt64(sectorSize), to: target)
            try target.flush()
            for disk in copies {
                try compare(tail.bytes[...], at: tail.offset, on: disk)
                try compare(bytes.dropFirst(sectorSize), at: UInt64(sectorSize), on: disk)
            }
            try check()
            for disk in copies {
                try write(bytes.prefix(sectorSize), at: 0, to: disk)
                try disk.flush()
                try compare(bytes.prefix(sectorSize), at: 0, on: disk)
            }
            try check()
            var summary = summary
            summary.retriedWrites += retries.count
            return summary
        } catch {
            takeBack(on: target, members: members.isEmpty ? [] : copies)
            throw error
        }
    }

    /// Makes head and tail zeros again, as far as the disk lets it.
    private func takeBack(on disk: WriteTarget, members: [WriteTarget]) {
        let sectorSize = UInt64(table.sectorSize)
        let head = [0..<sectorSize, sectorSize..<max(regions.head.upperBound, sectorSize)]
        let disk = disk.withoutNotices
        for range in head + [regions.diskTail] { try? disk.writeZeros(range) }
        try? disk.flush()
        // One that md has given up is reached past it only.
        for member in members.map(\.withoutNotices) {
            for range in head { try? member.writeZeros(range) }
            try? member.flush()
        }
    }

    /// Reads whole sectors back, past the page cache, where that is asked for.
    private func compare(_ bytes: ArraySlice<UInt8>, at offset: UInt64, on target: WriteTarget) throws {
        guard summary.isReadBack, !bytes.isEmpty else { return }
        let hadDirect = target.setDirect(true)
        defer { if hadDirect == false { _ = target.setDirect(false) } }
        let buffer = PageBuffer(length: bytes.count)
        try target.read(offset..<offset + UInt64(bytes.count), into: buffer.bytes)
        for (index, byte) in bytes.enumerated() where buffer.bytes[index] != byte {
            let place = (offset + UInt64(index)) / UInt64(WrittenSums.length) * UInt64(WrittenSums.length)
            throw ImageWriteError.readBackDiffers(disk: target.descriptor.name, offset: place)
        }
    }

    private func write(_ bytes: ArraySlice<UInt8>, at offset: UInt64, to target: WriteTarget) throws(ImageWriteError) {
        guard !bytes.isEmpty else { return }
        let aligned = PageBuffer(copying: bytes)
        let failure = withExtendedLifetime(aligned) {
            Result { () throws(ImageWriteError) in
                try target.write(UnsafeRawBufferPointer(aligned.bytes), at: offset)
            }
        }
        try failure.get()
    }
}
