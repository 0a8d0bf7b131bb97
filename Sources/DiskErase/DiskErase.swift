import BlockDevices
import CLinux
import Diagnostics
import Glibc
import LinuxSystem

/// Erases a disk by its own command where it has one, else overwrites it with zeros, and says which of the two it was.
///
/// The disk must be released: nothing on it is in use. What a disk claims is believed only after a look at samples.
public struct DiskErase: Sendable {
    private let disk: Disk
    private let progress: EraseProgress
    private let commands: DriveCommands
    /// How much one watched call overwrites.
    private static let chunkBytes: UInt64 = 256 << 20
    private static let chunkTimeout = Duration.seconds(600)

    /// An erase of a disk.
    ///
    /// - Parameters:
    ///   - descriptor: the whole disk. For `erase` it is held with `O_EXCL`, read-write and buffered; for `resume` any
    ///     mode will do.
    ///   - progress: hears how far it is.
    public init(_ disk: Disk, descriptor: Descriptor, progress: @escaping EraseProgress) {
        self.disk = disk
        self.progress = progress
        commands = DriveCommands(descriptor: descriptor)
    }

    /// Ends what an erase began that was interrupted: waits for a sanitize that has gone on by itself, unlocks an ATA disk
    /// that lost its power while it had our password.
    ///
    /// - Returns: what was done, to be printed; `nil` when there was nothing, or the disk does not answer such questions.
    /// - Throws: `EraseError` when the disk is unusable until somebody acts.
    public func resume() throws -> String? {
        do {
            switch CommandSet(disk) {
            case .nvme: return try nvme.resume()
            case .ata: return try ata.resume()
            case .scsi: return try scsi.resume()
            case .none: return nil
            }
        } catch {
            if !Self.allowsAnotherWay(error) { throw error }
            return nil
        }
    }

    /// Whether the disk may still be written to after this error.
    private static func allowsAnotherWay(_ error: any Error) -> Bool {
        if error is StuckCallError { return false }
        return (error as? EraseError)?.isFinal != true
    }

    /// Every way to erase the disk, the best first, each with what stands in its way.
    public func options() -> [EraseOption] {
        capabilities().options
    }

    /// Erases the disk by the best way that it offers; goes on to the next when one fails or cannot be proved. Head and
    /// tail are zeros afterwards, whatever the way leaves elsewhere.
    ///
    /// - Parameter direct: the same disk, open for reading with `O_DIRECT`.
    /// - Returns: what was done, and why nothing better.
    /// - Throws: what the last way, overwriting, throws; `EraseError.passwordRemains` and `StuckCallError` at once.
    public func erase(direct: Descriptor) throws -> EraseReport {
        let capabilities = capabilities()
        var report = EraseReport(disk: disk.devicePath)
        for option in capabilities.options {
            guard option.obstacle == nil else {
                report.passedOver.append(option.description)
                continue
            }
            do {
                try erase(option.way, capabilities, direct)
                report.way = option.way
                return report
            } catch {
                guard option.way != .zeros, Self.allowsAnotherWay(error) else { throw error }
                report.passedOver.append("\(option.way.name): \(error)")
            }
        }
        return report
    }

    private func erase(_ way: EraseWay, _ capabilities: EraseCapabilities, _ direct: Descriptor) throws {
        let descriptor = commands.descriptor
        let samples = try takeSamples(direct)
        try flush()
        progress(way.name, nil)
        switch (way, capabilities) {
        case (.sanitizeCrypto, _): try nvme.sanitize(.cryptoErase, name: way.name)
        case (.sanitizeBlocks, _): try nvme.sanitize(.blockErase, name: way.name)
        case (.sanitizeOverwrite, _): try nvme.sanitize(.overwrite, name: way.name)
        case (.formatCrypto, .nvme(let nvme)): try self.nvme.format(nvme, erase: .cryptographic, name: way.name)
        case (.formatUserData, .nvme(let nvme)): try self.nvme.format(nvme, erase: .userData, name: way.name)
        case (.ataEnhanced, _): try ata.erase(isEnhanced: true, name: way.name)
        case (.ataNormal, _): try ata.erase(isEnhanced: false, name: way.name)
        case (.scsiCrypto, _): try scsi.sanitize(.cryptoErase, name: way.name)
        case (.scsiBlocks, _): try scsi.sanitize(.blockErase, name: way.name)
        case (.scsiOverwrite, _): try scsi.sanitize(.overwrite, name: way.name)
        case (.zeros, _): try overwrite()
        case (.formatCrypto, _), (.formatUserData, _):
            throw EraseError.refused(disk: disk.devicePath, command: way.name, reason: "it is no NVMe disk")
        }
        // The cache must not write back, nor show, what was there before.
        try flush()
        progress("reading samples back", nil)
        let fault = try watched("reading samples", device: disk.devicePath, timeout: Self.chunkTimeout) {
            try samples.firstFault(way.trace, reader: direct)
        }
        if let fault { throw EraseError.unproven(disk: disk.devicePath, way: way.name, offset: fault) }
        if way == .zeros { return }
        try watched("zeroing head and tail", device: disk.devicePath, timeout: Self.chunkTimeout) {
            try Zeroing.zeroHeadAndTail(descriptor)
        }
    }

    private func takeSamples(_ direct: Descriptor) throws -> EraseSamples {
        let (descriptor, disk) = (commands.descriptor, disk)
        return try watched("reading samples", device: disk.devicePath, timeout: Self.chunkTimeout) {
            let size = try descriptor.sizeInBytes()
            var generator = SystemRandomNumberGenerator()
            let offsets = EraseSamples.offsets(
                size: size, sectorSize: UInt64(clamping: disk.logicalSectorSize), using: &generator)
            return try EraseSamples(at: offsets, size: size, reader: direct, writer: descriptor)
        }
    }

    /// Zeros every byte in chunks, for one call over the whole disk could not be interrupted.
    private func overwrite() throws {
        let descriptor = commands.descriptor
        let size = try descriptor.sizeInBytes()
        let clock = ContinuousClock()
        var (done, lastWord): (UInt64, _) = (0, clock.now)
        while done < size {
            let (start, length) = (done, min(Self.chunkBytes, size - done))
            try watched("BLKZEROOUT", device: disk.devicePath, timeout: Self.chunkTimeout) {
                try Zeroing.zero(descriptor, from: start, length: length)
            }
            done += length
            guard clock.now - lastWord >= .seconds(1) else { continue }
            lastWord = clock.now
            progress("overwriting with zeros", Int(Double(done) / Double(size) * 100))
        }
        try watched("fsync", device: disk.devicePath, timeout: Self.chunkTimeout) { try descriptor.synchronize() }
    }

    private func flush() throws {
        let descriptor = commands.descriptor
        try watched("flushing", device: disk.devicePath, timeout: Self.chunkTimeout) {
            try descriptor.synchronize()
            // A regular file, which stands for a disk in tests, has no such request.
            _ = try? descriptor.ioctl("ioctl(BLKFLSBUF)", MARTLET_BLKFLSBUF, 0)
        }
    }

    private func capabilities() -> EraseCapabilities {
        do {
            switch CommandSet(disk) {
            case .nvme:
                return .nvme(
                    try nvme.capabilities(
                        namespace: try commands.namespaceIdentifier(), isLocal: disk.transport == .nvme))
            case .ata: return .ata(try ata.state())
            case .scsi: return .scsi(try scsi.actions())
            case .none: return .none("a \(disk.transport.rawValue) disk has no erase of its own")
            }
        } catch {
            return .none("it does not say what it offers: \(error)")
        }
    }

    private var nvme: NVMeErase {
        NVMeErase(disk: disk.devicePath, progress: progress) { [commands] in try commands.perform($0) }
    }

    private var ata: ATAErase {
        ATAErase(disk: disk.devicePath, progress: progress) { [commands] in try commands.perform($0) }
    }

    private var scsi: SCSIErase {
        SCSIErase(disk: disk.devicePath, progress: progress) { [commands] in try commands.perform($0) }
    }
}
