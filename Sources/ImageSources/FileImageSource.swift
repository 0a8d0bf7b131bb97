import CLinux
import Glibc
import LinuxSystem

/// An image in a file, or on a block device.
public struct FileImageSource: ImageSource {
    private let path: String

    /// The path.
    public var name: String { path }

    /// An image at a path.
    public init(_ path: String) {
        self.path = path
    }

    /// One pass over the file.
    public func makeStream() -> any ImageStream {
        FileImageStream(path)
    }
}

/// `@unchecked`: all but `cancel()` is called from one thread.
private final class FileImageStream: ImageStream, @unchecked Sendable {
    private static let chunkLength = 1 << 20
    private let path: String
    private let buffer: UnsafeMutableRawBufferPointer
    private let isCancelled = Monitor(false)
    private var file: Descriptor?
    private var offset: UInt64 = 0
    private var forgotten: UInt64 = 0
    private(set) var offersParts = false

    init(_ path: String) {
        self.path = path
        buffer = .allocate(byteCount: Self.chunkLength, alignment: 4096)
    }

    deinit {
        buffer.deallocate()
    }

    func open() throws -> ImageOrigin {
        let file = try Descriptor.open(path, O_RDONLY)
        var facts = stat()
        try systemCall("fstat", path) { fstat(file.rawValue, &facts) }
        if facts.st_mode & MARTLET_S_IFMT == S_IFDIR {
            throw ImageSourceError.invalidLocation(path, reason: "it is a directory")
        }
        posix_fadvise(file.rawValue, 0, 0, Int32(POSIX_FADV_SEQUENTIAL))
        self.file = file
        let isRegular = facts.st_mode & MARTLET_S_IFMT == S_IFREG
        offersParts = isRegular
        return ImageOrigin(name: path, length: isRegular ? UInt64(clamping: facts.st_size) : nil)
    }

    func withNextChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Bool {
        guard let file, !isCancelled.update({ $0 }) else { throw ImageSourceError.cancelled }
        let count = try file.read(into: buffer)
        if count == 0 { return false }
        offset += UInt64(count)
        // What was read is not read again: leave the page cache to others.
        if offset - forgotten >= 64 << 20 {
            posix_fadvise(file.rawValue, off_t(forgotten), off_t(offset - forgotten), Int32(POSIX_FADV_DONTNEED))
            forgotten = offset
        }
        try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        return true
    }

    func seek(to part: Range<UInt64>) throws {
        guard let file, offersParts else { throw ImageSourceError.noParts(path, reason: "it is no regular file") }
        try systemCall("lseek", path) { lseek(file.rawValue, off_t(clamping: part.lowerBound), SEEK_SET) }
        offset = part.lowerBound
        forgotten = part.lowerBound
    }

    func cancel() {
        isCancelled.update { $0 = true }
    }

    func close() {
        file = nil
    }
}
