import CLinux
import Glibc
import LinuxSystem
import SystemPackage

/// The disk or file that an image goes to. Thread-safe.
public struct WriteTarget: Sendable {
    /// The open descriptor; the caller's, who holds it exclusively.
    public let descriptor: Descriptor
    /// Bytes.
    public private(set) var size: UInt64
    /// Bytes of a logical sector; 512 for a file.
    public let sectorSize: Int
    /// A block device, not a file.
    public let isBlockDevice: Bool
    /// Bytes that the disk itself writes together: a physical sector; of a file a page.
    let blockSize: Int
    /// Told of each write that is tried once more.
    private(set) var retries: WriteRetries?
    /// What the kernel has not answered yet.
    let calls = CallsInFlight()
    /// Where on the disk its first byte is.
    private var start: UInt64 = 0

    /// Asks a descriptor for its size: `BLKGETSIZE64`, `BLKSSZGET` and `BLKPBSZGET`, or fstat(2).
    ///
    /// - Throws: `SystemCallError`; `ImageWriteError.notAWritableTarget`.
    public init(_ descriptor: Descriptor) throws {
        self.descriptor = descriptor
        var facts = stat()
        try systemCall("fstat", descriptor.name) { fstat(descriptor.rawValue, &facts) }
        switch facts.st_mode & MARTLET_S_IFMT {
        case S_IFBLK:
            var size: UInt64 = 0
            var sectorSize: Int32 = 0
            var blockSize: UInt32 = 0
            try descriptor.ioctl("ioctl(BLKGETSIZE64)", UInt(MARTLET_BLKGETSIZE64), &size)
            try descriptor.ioctl("ioctl(BLKSSZGET)", UInt(MARTLET_BLKSSZGET), &sectorSize)
            try descriptor.ioctl("ioctl(BLKPBSZGET)", UInt(MARTLET_BLKPBSZGET), &blockSize)
            self.size = size
            self.sectorSize = Int(sectorSize)
            // Drives have been seen to name sizes that are none.
            let isCredible = blockSize >= sectorSize && blockSize < Self.piece && blockSize.nonzeroBitCount == 1
            self.blockSize = isCredible ? Int(blockSize) : max(4096, Int(sectorSize))
            isBlockDevice = true
        case S_IFREG:
            size = UInt64(clamping: facts.st_size)
            sectorSize = 512
            blockSize = 4096
            isBlockDevice = false
        default: throw ImageWriteError.notAWritableTarget(descriptor.name)
        }
    }

    /// The same, and somebody is told of each write that is tried once more.
    init(_ descriptor: Descriptor, retries: WriteRetries) throws {
        try self.init(descriptor)
        self.retries = retries
    }

    /// The same, but nobody is told of a write that is tried once more.
    var withoutNotices: WriteTarget {
        var target = self
        target.retries = nil
        return target
    }

    /// The same without its first bytes; all offsets count from there.
    ///
    /// - Parameter start: whole pages, below `size`.
    func dropping(first start: UInt64) -> WriteTarget {
        var rest = self
        rest.start += start
        rest.size -= start
        return rest
    }

    /// Switches direct I/O on or off: fcntl(2) `F_SETFL`.
    ///
    /// - Returns: whether it was on; `nil` when this target has no direct I/O, as in tmpfs.
    func setDirect(_ isOn: Bool) -> Bool? {
        let flags = martlet_get_status_flags(descriptor.rawValue)
        guard flags >= 0 else { return nil }
        let wanted = isOn ? flags | MARTLET_O_DIRECT : flags & ~MARTLET_O_DIRECT
        guard wanted == flags || martlet_set_status_flags(descriptor.rawValue, wanted) == 0 else { return nil }
        return flags & MARTLET_O_DIRECT != 0
    }

    /// Writes whole sectors from aligned memory.
    ///
    /// What fails for a reason that may pass is tried once more, in pieces and then block by block: the kernel does not say
    /// which sector of a large write it was.
    ///
    /// - Throws: `ImageWriteError.writeFailed` with the first sector of the block that cannot be written.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(ImageWriteError) {
        try write(bytes, at: offset, retryingIn: [Self.piece, blockSize][...])
    }

    /// Bytes that are tried once more together: few enough for their blocks to be tried one by one, and enough for a few
    /// megabytes not to take long.
    private static let piece = 64 << 10

    /// Errors of the medium (`ENODATA`), the drive (`EREMOTEIO`), the way to it (`ENOLINK`, `ETIMEDOUT`, `EILSEQ`) or any of
    /// these: `blk_errors` in Linux's block/blk-core.c. Not those of a disk that is gone, full, read-only or reserved.
    private static let passingErrors = [EIO, ENODATA, EREMOTEIO, ENOLINK, ETIMEDOUT, EILSEQ].map(Errno.init(rawValue:))

    private func write(
        _ bytes: UnsafeRawBufferPointer, at offset: UInt64, retryingIn units: ArraySlice<Int>
    ) throws(ImageWriteError) {
        var done = 0
        var isBuffered = false
        while done < bytes.count, let base = bytes.baseAddress {
            let start = base + done
            let position = off_t(clamping: self.start + offset + UInt64(done))
            do throws(SystemCallError) {
                let written = try calls.during("write") { () throws(SystemCallError) in
                    try systemCall("write") { pwrite(descriptor.rawValue, start, bytes.count - done, position) }
                }
                guard written > 0 else { throw SystemCallError(call: "write", subject: "", errno: .noSpace) }
                done += written
            } catch {
                // Some file systems want larger units for direct I/O than sectors of 512 bytes.
                if error.errno == .invalidArgument, !isBuffered, setDirect(false) != nil {
                    isBuffered = true
                    continue
                }
                return try writeAgain(
                    UnsafeRawBufferPointer(rebasing: bytes[done...]), at: offset + UInt64(done), in: units, after: error
                )
            }
        }
    }

    /// Writes once more what failed, in pieces that begin and end at multiples of a unit of the disk.
    ///
    /// - Parameter units: the sizes of pieces still to try, the coarsest first; none when all were tried.
    private func writeAgain(
        _ bytes: UnsafeRawBufferPointer, at offset: UInt64, in units: ArraySlice<Int>, after error: SystemCallError
    ) throws(ImageWriteError) {
        let failure = failure(error, at: offset)
        guard let finest = units.last, Self.passingErrors.contains(error.errno), !isGone else { throw failure }
        if units.first == Self.piece { retries?.add(failure) }
        let finer = units.drop { $0 >= bytes.count }
        let unit = finer.first ?? finest
        var done = 0
        while done < bytes.count {
            let rest = unit - Int((start + offset + UInt64(done)) % UInt64(unit))
            let next = done + min(rest, bytes.count - done)
            try write(
                UnsafeRawBufferPointer(rebasing: bytes[done..<next]), at: offset + UInt64(done),
                retryingIn: finer.dropFirst())
            done = next
        }
    }

    /// Reads a range into aligned memory, which has room for whole sectors.
    func read(_ range: Range<UInt64>, into buffer: UnsafeMutableRawBufferPointer) throws(ImageWriteError) {
        let sectors = (range.count + sectorSize - 1) / sectorSize * sectorSize
        var done = 0
        var isBuffered = false
        while done < range.count {
            let offset = range.lowerBound + UInt64(done)
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done..<min(sectors, buffer.count)])
            do throws(SystemCallError) {
                let count = try calls.during("read") { () throws(SystemCallError) in
                    try descriptor.read(into: rest, at: start + offset)
                }
                guard count > 0 else { throw SystemCallError(call: "pread", subject: "", errno: .ioError) }
                done += count
            } catch {
                if error.errno == .invalidArgument, !isBuffered, setDirect(false) != nil {
                    isBuffered = true
                    continue
                }
                throw failure(error, at: offset)
            }
        }
    }

    /// Writes zeros, by writing them: for the few megabytes of head and tail.
    func writeZeros(_ range: Range<UInt64>) throws(ImageWriteError) {
        let length = 1 << 20
        let zeros = PageBuffer(length: length)
        zeros.bytes.initializeMemory(as: UInt8.self, repeating: 0)
        var offset = range.lowerBound
        while offset < range.upperBound {
            let count = Int(min(UInt64(length), range.upperBound - offset))
            try write(UnsafeRawBufferPointer(rebasing: zeros.bytes[..<count]), at: offset)
            offset += UInt64(count)
        }
    }

    /// Deallocates a range if what is read from it afterwards is sure to be zeros: fallocate(2) `FALLOC_FL_PUNCH_HOLE`.
    ///
    /// On a block device the kernel does this only where the device itself zeroes, and fails otherwise (it never falls
    /// back to writing zeros, unlike `BLKZEROOUT`).
    func punch(_ range: Range<UInt64>) -> Bool {
        calls.during("fallocate") {
            martlet_punch_hole(
                descriptor.rawValue, Int64(clamping: start + range.lowerBound),
                Int64(clamping: range.upperBound - range.lowerBound))
                == 0
        }
    }

    /// Makes the disk store all that was written: fsync(2).
    func flush() throws(ImageWriteError) {
        do throws(SystemCallError) {
            try calls.during("fsync") { () throws(SystemCallError) in try descriptor.synchronize() }
        } catch {
            throw .flushFailed(disk: descriptor.name, error.errno)
        }
    }

    /// Whether the kernel has given the disk up: it has no bytes then, whatever a call failed with.
    private var isGone: Bool {
        var bytes: UInt64 = 0
        guard isBlockDevice else { return false }
        return (try? descriptor.ioctl("ioctl(BLKGETSIZE64)", UInt(MARTLET_BLKGETSIZE64), &bytes)) == nil || bytes == 0
    }

    private func failure(_ error: SystemCallError, at offset: UInt64) -> ImageWriteError {
        .writeFailed(
            disk: descriptor.name, call: error.call, sector: (start + offset) / UInt64(sectorSize),
            sectorSize: sectorSize, isGone ? Errno(rawValue: ENODEV) : error.errno)
    }
}
