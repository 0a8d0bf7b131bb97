/// A way to erase a whole disk.
public enum EraseWay: String, Sendable, Equatable, CaseIterable {
    /// NVMe Sanitize, crypto erase.
    case sanitizeCrypto
    /// NVMe Format NVM with a cryptographic erase.
    case formatCrypto
    /// NVMe Sanitize, block erase.
    case sanitizeBlocks
    /// NVMe Format NVM with a user data erase.
    case formatUserData
    /// NVMe Sanitize, overwrite.
    case sanitizeOverwrite
    /// ATA enhanced security erase.
    case ataEnhanced
    /// ATA security erase.
    case ataNormal
    /// SCSI SANITIZE, crypto erase.
    case scsiCrypto
    /// SCSI SANITIZE, block erase.
    case scsiBlocks
    /// SCSI SANITIZE, overwrite.
    case scsiOverwrite
    /// Zeros written to every sector that can be addressed. No erase: a flash disk keeps cells that cannot be.
    case zeros

    /// What it is called.
    public var name: String {
        switch self {
        case .sanitizeCrypto: "NVMe sanitize (crypto erase)"
        case .formatCrypto: "NVMe format (crypto erase)"
        case .sanitizeBlocks: "NVMe sanitize (block erase)"
        case .formatUserData: "NVMe format (user data erase)"
        case .sanitizeOverwrite: "NVMe sanitize (overwrite)"
        case .ataEnhanced: "ATA enhanced security erase"
        case .ataNormal: "ATA security erase"
        case .scsiCrypto: "SCSI sanitize (crypto erase)"
        case .scsiBlocks: "SCSI sanitize (block erase)"
        case .scsiOverwrite: "SCSI sanitize (overwrite)"
        case .zeros: "overwriting with zeros"
        }
    }

    /// What must be read where data was, for the erase to be believed.
    enum Trace: Sendable, Equatable {
        /// Anything but what was there: without its key data turns into noise, and how a disk shows erased blocks is its
        /// maker's affair.
        case changed
        /// One byte over and over, 0x00 or 0xFF: what deallocated, erased and overwritten blocks read as.
        case blank
        /// Zeros.
        case zeros
    }

    /// A format that erases user data may do so by a new key where all data is encrypted (NVM Express Base
    /// Specification 2.0, 5.14), and an enhanced ATA erase writes a pattern of the maker's.
    var trace: Trace {
        switch self {
        case .sanitizeCrypto, .formatCrypto, .formatUserData, .ataEnhanced, .scsiCrypto: .changed
        case .sanitizeBlocks, .sanitizeOverwrite, .ataNormal, .scsiBlocks, .scsiOverwrite: .blank
        case .zeros: .zeros
        }
    }
}

/// A way to erase, and whether a disk offers it.
public struct EraseOption: Sendable, Equatable, CustomStringConvertible {
    /// The way.
    public let way: EraseWay
    /// Why it cannot be taken, as the end of a sentence; `nil` where it can.
    public let obstacle: String?

    /// The way's name and its obstacle.
    public var description: String { "\(way.name): \(obstacle ?? "offered")" }

    init(_ way: EraseWay, unless obstacle: String?) {
        self.way = way
        self.obstacle = obstacle
    }
}
