import Diagnostics

/// An archive that cannot be read or written.
public struct CPIOError: ExplainedError, Equatable {
    /// What is wrong.
    public enum Reason: Equatable, Sendable {
        /// The archive ends in the middle of a header, a name or a body.
        case truncated
        /// Where a header should begin there is something else, such as compressed data or the old binary format.
        case badMagic
        /// A header field is not eight hexadecimal digits.
        case badNumber
        /// A name is empty, too long, not UTF-8, or does not end with its NUL.
        case badName
        /// The file type in the mode is none that exists.
        case badType
        /// The target of a symbolic link is empty, too long or not UTF-8.
        case badTarget
        /// The last archive has no `TRAILER!!!` entry.
        case noTrailer
        /// A path that leaves the archive's root (`..`) or passes through something that is no directory.
        case badPath
        /// A body of more than 4 GiB less one byte, which the format cannot express.
        case tooLarge
    }

    /// What is wrong.
    public let reason: Reason
    /// Where in the archive, in bytes from its start; for an entry to be written, the archive's length so far.
    public let offset: Int
    /// The entry concerned; empty when its name is not known.
    public let path: String

    init(_ reason: Reason, at offset: Int, path: String = "") {
        self.reason = reason
        self.offset = offset
        self.path = path
    }

    /// One sentence without a final full stop.
    public var description: String {
        let entry = path.isEmpty ? "" : " (entry \(path))"
        return "the cpio archive is not usable at byte \(offset)\(entry): \(explanation)"
    }

    /// What to try.
    public var advice: String {
        switch reason {
        case .truncated, .noTrailer: "fetch or build the archive again: it is cut short"
        case .badMagic: "decompress it first, and pad every archive to a multiple of 4 bytes before appending the next"
        case .badPath, .badName, .badTarget: "use relative paths without `..`, of at most 4095 bytes"
        case .tooLarge: "leave the file out"
        case .badNumber, .badType: "build the archive again with the format `newc`"
        }
    }

    private var explanation: String {
        switch reason {
        case .truncated: "it ends in the middle of an entry"
        case .badMagic: "no newc header begins here"
        case .badNumber: "a header field is not a hexadecimal number"
        case .badName: "the name is empty, too long, not UTF-8 or not terminated"
        case .badType: "the file type does not exist"
        case .badTarget: "the symbolic link's target is empty, too long or not UTF-8"
        case .noTrailer: "the end-of-archive entry is missing"
        case .badPath: "the path leaves the root or passes through something that is no directory"
        case .tooLarge: "the file is larger than the format allows"
        }
    }
}
