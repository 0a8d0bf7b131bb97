import ByteCoding
import Glibc
import LinuxSystem

/// The few bytes by which firmware and kernels know a partition table: the boot signature of an MBR (bytes 510 and 511)
/// and the signatures of the two GPT headers (UEFI 2.10, 5.2.1 and 5.3.2).
///
/// Without them nothing on the disk is found or started, and all else stays: tables, file systems, files. Writing them
/// back undoes it.
public enum BootSignatures {
    private static let header = Array("EFI PART".utf8)
    /// Put in place of a header's signature, so that it can be found again.
    private static let blankedHeader = Array("efi part".utf8)
    /// Both logical sector sizes there are: a header in the wrong one's place is none to a firmware, but to a tool.
    private static let sectorSizes: [UInt64] = [512, 4096]

    /// Blanks the signatures that are there and flushes.
    ///
    /// - Parameter descriptor: the whole disk, read-write.
    /// - Returns: what was blanked, to be printed; empty when there was nothing left to do.
    /// - Throws: `SystemCallError`.
    public static func blank(_ descriptor: Descriptor) throws(SystemCallError) -> [String] {
        let size = try descriptor.sizeInBytes()
        var blanked: [String] = []
        // Backups first: a primary header that is still there leads to its backup when this is done again.
        for offset in try headerOffsets(descriptor, size: size).reversed() {
            guard try descriptor.readBytes(count: header.count, at: offset) == header else { continue }
            try write(blankedHeader, descriptor, at: offset)
            blanked.append("signature of the GPT header at byte \(offset)")
        }
        if try descriptor.readBytes(count: 2, at: 510) == [0x55, 0xaa] {
            try write([0, 0], descriptor, at: 510)
            blanked.append("boot signature at byte 510")
        }
        try descriptor.synchronize()
        return blanked
    }

    /// Where headers may be: sector 1, the last sector, and where a primary header says that its backup is.
    private static func headerOffsets(_ descriptor: Descriptor, size: UInt64) throws(SystemCallError) -> [UInt64] {
        var offsets: [UInt64] = []
        for sectorSize in sectorSizes where size >= 3 * sectorSize {
            offsets += [sectorSize, size - sectorSize]
            let primary = try descriptor.readBytes(count: 40, at: sectorSize)
            guard primary.starts(with: header), let sector = alternate(primary) else { continue }
            let (offset, overflow) = sector.multipliedReportingOverflow(by: sectorSize)
            if !overflow, offset > sectorSize, offset < size - sectorSize { offsets.append(offset) }
        }
        return offsets
    }

    /// AlternateLBA: bytes 32 to 39.
    private static func alternate(_ header: [UInt8]) -> UInt64? {
        var reader = ByteReader(header)
        guard (try? reader.seek(to: 32)) != nil else { return nil }
        return try? reader.littleEndian()
    }

    private static func write(
        _ bytes: [UInt8], _ descriptor: Descriptor, at offset: UInt64
    ) throws(SystemCallError) {
        let outcome = bytes.withUnsafeBytes { buffer in
            Result { () throws(SystemCallError) in try descriptor.writeAll(buffer, at: offset) }
        }
        try outcome.get()
    }
}
