import Diagnostics
import SystemPackage

/// Why a disk cannot be captured.
public enum CaptureError: ExplainedError, Equatable {
    /// A read failed, and failed again. The sector counts in units of `sectorSize` bytes.
    case unreadable(disk: String, sector: UInt64, sectorSize: Int, Errno)
    /// There is nothing on it: no medium, or an empty file.
    case empty(String)
    /// The encoder failed.
    case notEncoded(String)

    /// One sentence without a final full stop.
    public var description: String {
        switch self {
        case .unreadable(let disk, let sector, let sectorSize, let errno):
            "\(disk) cannot be read at sector \(sector) (of \(sectorSize) bytes): \(errno)"
        case .empty(let disk): "\(disk) has no bytes to capture"
        case .notEncoded(let reason): "the image cannot be compressed: \(reason)"
        }
    }

    /// What to try.
    public var advice: String {
        switch self {
        case .unreadable: "look for errors of this disk in the kernel's log; it may be failing"
        case .empty: "name another disk"
        case .notEncoded: "check how much memory is free"
        }
    }
}
