import DiskImages
import FAT32
import PartitionTable

/// The partitions that are made for an image that is a bare file system: an EFI system partition, and behind it the root.
/// Pure arithmetic.
///
/// The root is as long as the file system; both can grow before the seal, as those of any other image.
public struct FileSystemEnclosure: Sendable {
    /// What the image is.
    public let fileSystem: DiskImageFormat.FileSystem
    /// Bytes of the image that belong to the file system.
    public let length: UInt64
    /// Where its first byte goes on the disk.
    public let start: UInt64

    /// The table, its backup at the disk's end.
    let table: GPT
    /// An empty file system for the EFI system partition, and where on the disk it begins.
    let systemPartition: DiskRegion

    /// Partitions begin at multiples of this, and the head of the disk is as long.
    private static let alignment = 1 << 20
    /// Room for several loaders, or for the kernels of a loader that reads no other partition.
    private static let systemPartitionLength = 512 << 20

    /// - Parameters:
    ///   - head: the image's first bytes.
    ///   - diskSize: bytes.
    ///   - disk: the disk's name, for errors.
    ///   - generator: makes the identities of disk, partitions and FAT volume.
    /// - Throws: `DiskImageRefusal` for an image that is no such file system; `ImageWriteError`, `PartitionTableError`
    ///   where it does not fit the disk.
    init(
        of head: [UInt8], diskSize: UInt64, sectorSize: Int, disk: String,
        using generator: inout some RandomNumberGenerator
    ) throws {
        fileSystem = try DiskImageFormat(head: head).requireFileSystem()
        guard let extent = FileSystemExtent(fileSystem, head: head) else {
            throw ImageWriteError.damagedFileSystem(fileSystem.rawValue)
        }
        guard extent.unit >= sectorSize else {
            throw ImageWriteError.smallSectors(
                fileSystem.rawValue, unit: extent.unit, disk: disk, sectorSize: sectorSize)
        }
        length = extent.length
        let rootStart = Self.alignment + Self.systemPartitionLength
        start = UInt64(rootStart)
        // From here on nothing overflows.
        guard length < diskSize, diskSize < UInt64(Int.max) else {
            throw ImageWriteError.diskTooSmall(disk: disk, needed: start + min(length, 1 << 62), available: diskSize)
        }
        let rootLength = (Int(length) + Self.alignment - 1) / Self.alignment * Self.alignment
        table = try GPT.make(
            [
                NewPartition(
                    type: .efiSystem, uniqueGUID: .random(using: &generator), name: "esp",
                    bytes: Self.alignment..<rootStart),
                NewPartition(
                    type: Architecture.current.rootPartitionType, uniqueGUID: .random(using: &generator), name: "root",
                    bytes: rootStart..<rootStart + rootLength),
            ], diskGUID: .random(using: &generator), diskSectors: Int(diskSize) / sectorSize, sectorSize: sectorSize)
        let place = FAT32Volume.Place(
            sectorSize: sectorSize, hiddenSectors: UInt32(Self.alignment / sectorSize),
            sectors: UInt32(Self.systemPartitionLength / sectorSize), serial: generator.next(), label: "ESP")
        systemPartition = DiskRegion(offset: Self.alignment, bytes: FAT32Volume(at: place)?.head ?? [])
    }
}
