import CLinux
import Glibc
import LinuxSystem

/// A file: written under another name beside it, and renamed when it is whole and stored.
public struct FileImageDestination: ImageDestination {
    private let path: String

    /// The path.
    public var name: String { path }

    /// A file at a path. One that is there already stays until the new one is whole.
    public init(_ path: String) {
        self.path = path
    }

    /// One writing of the file.
    public func makeSink() -> any ImageSink { FileImageSink(path) }
}

/// `@unchecked`: all but `cancel()` is called from one thread.
private final class FileImageSink: ImageSink, @unchecked Sendable {
    private let path: String
    private let temporaryPath: String
    private let isCancelled = Monitor(false)
    private var file: Descriptor?
    private var written: UInt64 = 0
    private var forgotten: UInt64 = 0

    init(_ path: String) {
        self.path = path
        temporaryPath = path + ".part"
    }

    func open() throws {
        // A device would be covered by a file of the same name, in memory.
        guard !Files.exists(path) || Files.isRegular(Files.resolved(path)) else {
            throw ImageSourceError.invalidLocation(path, reason: "something other than a regular file is there")
        }
        // That of a run that was killed.
        unlink(temporaryPath)
        // All secrets of the disk are in it.
        let file = try Descriptor.open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
        self.file = file
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        guard let file, !isCancelled.update({ $0 }) else { throw ImageDestinationError.cancelled }
        try file.writeAll(bytes)
        written += UInt64(bytes.count)
        // Little by little: the last flush of a large file would take minutes, and the page cache is for others.
        if written - forgotten >= 64 << 20 {
            try systemCall("fdatasync", temporaryPath) { fdatasync(file.rawValue) }
            posix_fadvise(file.rawValue, off_t(forgotten), off_t(written - forgotten), Int32(POSIX_FADV_DONTNEED))
            forgotten = written
        }
    }

    func finish(digest: String) throws {
        guard let file else { throw ImageDestinationError.cancelled }
        try file.synchronize()
        let fileName = path.split(separator: "/").last.map(String.init) ?? path
        try Files.write(Self.checksumLine(digest, fileName: fileName), to: path + ".sha256", mode: 0o644)
        try systemCall("rename", "\(temporaryPath) to \(path)") { rename(temporaryPath, path) }
        self.file = nil
        // The new name is stored with its directory.
        let directory = path.hasPrefix("/") || path.contains("/") ? path.dropLast(fileName.utf8.count) : "."
        try Descriptor.open(String(directory), O_RDONLY).synchronize()
    }

    func cancel() {
        isCancelled.update { $0 = true }
    }

    func close() {
        guard file != nil else { return }
        file = nil
        unlink(temporaryPath)
    }
}

/// Standard output, or any other descriptor that is open: nothing is renamed, and no check sum laid beside it.
public struct StreamImageDestination: ImageDestination {
    private let descriptor: Descriptor

    /// The descriptor's name.
    public var name: String { descriptor.name }

    /// An open descriptor; it takes one image.
    public init(_ descriptor: Descriptor) {
        self.descriptor = descriptor
    }

    /// One writing.
    public func makeSink() -> any ImageSink { StreamImageSink(descriptor) }
}

private final class StreamImageSink: ImageSink {
    private let descriptor: Descriptor
    private let isCancelled = Monitor(false)

    init(_ descriptor: Descriptor) {
        self.descriptor = descriptor
    }

    func open() {}

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        guard !isCancelled.update({ $0 }) else { throw ImageDestinationError.cancelled }
        try descriptor.writeAll(bytes)
    }

    func finish(digest: String) {}

    func cancel() {
        isCancelled.update { $0 = true }
    }

    func close() {}
}
