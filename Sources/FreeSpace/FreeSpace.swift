import ByteCoding

/// Which bytes of a partition its file system does not use, for whoever copies the rest.
///
/// Only ext2, ext3, ext4 and XFS are known, and only where they are clean: where a journal is yet to be replayed, what is
/// written as free may not be. All that is counted twice on the disk is compared.
public enum FreeSpace: Equatable, Sendable {
    /// Free blocks, as ranges of bytes from the partition's start, in order.
    case known(fileSystem: String, free: [Range<UInt64>])
    /// Every byte may be needed. `reason` says why, as the end of a sentence.
    case unknown(reason: String)

    /// Reads a partition's file system.
    ///
    /// - Parameters:
    ///   - length: bytes of the partition.
    ///   - read: gives so many bytes at an offset, or fewer where the partition ends. At most 4 MiB at a time.
    /// - Throws: what `read` throws, and nothing else.
    public static func find(
        length: UInt64, read: (_ offset: UInt64, _ count: Int) throws -> [UInt8]
    ) throws -> FreeSpace {
        do {
            let start = try read(0, 4096)
            if let layout = try Ext4Layout(start: start, length: length) {
                return .known(fileSystem: layout.name, free: try layout.freeRanges(read))
            }
            if let layout = try XFSLayout(start: start, length: length) {
                try layout.requireCleanLog(read)
                return .known(fileSystem: "XFS", free: try layout.freeRanges(read))
            }
            return .unknown(reason: "it holds neither ext4 nor XFS")
        } catch let error as UnusableFileSystem {
            return .unknown(reason: error.reason)
        } catch is ByteReadError {
            return .unknown(reason: "its file system is damaged: a structure is cut off")
        }
    }
}

/// Why what a file system calls free must not be believed.
struct UnusableFileSystem: Error {
    let reason: String

    static func damaged(_ what: String) -> UnusableFileSystem {
        UnusableFileSystem(reason: "its file system is damaged: \(what)")
    }
}

/// Free ranges as they are found, in ascending order.
struct FreeRanges {
    /// Bounds the memory to 8 MiB. What is free beyond so many ranges is copied.
    static let limit = 512 << 10

    private(set) var ranges: [Range<UInt64>] = []

    mutating func add(_ range: Range<UInt64>) {
        guard !range.isEmpty else { return }
        if let last = ranges.last, last.upperBound == range.lowerBound {
            ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
        } else if ranges.count < Self.limit {
            ranges.append(range)
        }
    }
}
