import CLinux
import Glibc
import LinuxSystem

/// Overwriting parts of a disk with zeros that a later read is sure to return, which discard does not promise.
public enum Zeroing {
    /// How much one BLKZEROOUT covers: the call cannot be interrupted.
    private static let chunkBytes: UInt64 = 64 << 20

    /// Zeros a range, which must be multiples of the logical sector size on a block device; writes of zeros on a regular
    /// file. Does not flush.
    ///
    /// - Parameters:
    ///   - start: first byte.
    ///   - length: bytes.
    /// - Throws: `SystemCallError`.
    public static func zero(_ descriptor: Descriptor, from start: UInt64, length: UInt64) throws(SystemCallError) {
        let isBlockDevice = try descriptor.isBlockDevice()
        var done: UInt64 = 0
        while done < length {
            let count = min(chunkBytes, length - done)
            if isBlockDevice {
                var range: (UInt64, UInt64) = (start + done, count)
                try descriptor.ioctl("ioctl(BLKZEROOUT)", MARTLET_BLKZEROOUT, &range)
            } else {
                try overwrite(descriptor, from: start + done, length: count)
            }
            done += count
        }
    }

    /// The first write to a target: zeros its head and its tail and flushes, so that no firmware can boot what it held.
    ///
    /// - Parameters:
    ///   - headBytes: at least this much from the first byte, rounded up to whole sectors.
    ///   - tailBytes: at least this much up to the last byte.
    /// - Throws: `SystemCallError`.
    public static func zeroHeadAndTail(
        _ descriptor: Descriptor, headBytes: UInt64 = 1 << 20, tailBytes: UInt64 = 1 << 20
    ) throws(SystemCallError) {
        let size = try descriptor.sizeInBytes()
        // 4096 is the largest logical sector there is.
        let head = min(headBytes.roundedUp(toMultipleOf: 4096), size)
        let tail = min(tailBytes.roundedUp(toMultipleOf: 4096), size - head)
        try zero(descriptor, from: 0, length: head)
        try zero(descriptor, from: size - tail, length: tail)
        try descriptor.synchronize()
    }

    /// Writes zeros through the page cache. Does not flush.
    static func overwrite(_ descriptor: Descriptor, from start: UInt64, length: UInt64) throws(SystemCallError) {
        let zeros = [UInt8](repeating: 0, count: Int(min(length, 1 << 20)))
        var done: UInt64 = 0
        while done < length {
            let count = Int(min(UInt64(zeros.count), length - done))
            let outcome = zeros[..<count].withUnsafeBytes { buffer in
                Result { () throws(SystemCallError) -> Void in try descriptor.writeAll(buffer, at: start + done) }
            }
            try outcome.get()
            done += UInt64(count)
        }
    }
}

extension UInt64 {
    /// The next multiple of a positive unit; stays in range, so that a huge value is returned as it is.
    func roundedUp(toMultipleOf unit: UInt64) -> UInt64 {
        let remainder = self % unit
        if remainder == 0 { return self }
        let (sum, overflow) = addingReportingOverflow(unit - remainder)
        return overflow ? self : sum
    }
}
