import CLinux
import Glibc
import SystemPackage

/// An open file descriptor that is closed when its last owner lets go of it.
///
/// All reads and writes repeat after a signal. A descriptor may be shared between threads; the kernel orders the calls.
public final class Descriptor: Sendable {
    /// The descriptor's number. Valid for as long as this object lives.
    public let rawValue: Int32
    /// What was opened, for errors.
    public let name: String

    /// Takes over an open descriptor.
    public init(owning rawValue: Int32, name: String) {
        self.rawValue = rawValue
        self.name = name
    }

    deinit {
        close(rawValue)
    }

    /// Opens a file: open(2), always with `O_CLOEXEC`.
    ///
    /// - Parameters:
    ///   - flags: `O_RDONLY`, `O_RDWR | O_DIRECT`, …
    ///   - mode: permission bits of a file that `O_CREAT` makes.
    public static func open(_ path: String, _ flags: Int32, mode: mode_t = 0o600) throws(SystemCallError) -> Descriptor
    {
        let raw = try systemCall("open", path) { martlet_open(path, flags | O_CLOEXEC, mode) }
        return Descriptor(owning: raw, name: path)
    }

    /// Reads at most `buffer.count` bytes: read(2). Returns 0 at the end of the file.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemCallError) -> Int {
        try systemCall("read", name) { Glibc.read(rawValue, buffer.baseAddress, buffer.count) }
    }

    /// Reads at most `buffer.count` bytes at a byte offset: pread(2). Returns 0 at the end of the file.
    public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(SystemCallError) -> Int {
        try systemCall("pread", name) {
            pread(rawValue, buffer.baseAddress, buffer.count, off_t(truncatingIfNeeded: offset))
        }
    }

    /// Reads exactly `count` bytes at a byte offset, or as many as there are before the end of the file.
    public func readBytes(count: Int, at offset: UInt64) throws(SystemCallError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: max(count, 0))
        var filled = 0
        while filled < bytes.count {
            let start = filled
            let outcome = bytes.withUnsafeMutableBytes { buffer in
                Result { () throws(SystemCallError) -> Int in
                    try read(
                        into: UnsafeMutableRawBufferPointer(rebasing: buffer[start...]), at: offset + UInt64(start))
                }
            }
            let got = try outcome.get()
            if got == 0 { break }
            filled += got
        }
        bytes.removeLast(bytes.count - filled)
        return bytes
    }

    /// Writes the whole buffer: write(2), as often as it takes.
    public func writeAll(_ buffer: UnsafeRawBufferPointer) throws(SystemCallError) {
        var rest = buffer[...]
        while let base = rest.isEmpty ? nil : UnsafeRawBufferPointer(rebasing: rest).baseAddress {
            let written = try systemCall("write", name) { Glibc.write(rawValue, base, rest.count) }
            rest = rest.dropFirst(written)
        }
    }

    /// Writes the whole buffer at a byte offset: pwrite(2), as often as it takes.
    public func writeAll(_ buffer: UnsafeRawBufferPointer, at offset: UInt64) throws(SystemCallError) {
        var done = 0
        while done < buffer.count, let base = buffer.baseAddress {
            let position = off_t(truncatingIfNeeded: offset + UInt64(done))
            done += try systemCall("pwrite", name) { pwrite(rawValue, base + done, buffer.count - done, position) }
        }
    }

    /// Writes bytes at a byte offset: pwrite(2), as often as it takes.
    public func writeBytes(_ bytes: [UInt8], at offset: UInt64) throws(SystemCallError) {
        let outcome = bytes.withUnsafeBytes { buffer in
            Result { () throws(SystemCallError) in try writeAll(buffer, at: offset) }
        }
        try outcome.get()
    }

    /// Forces written data and metadata to stable storage: fsync(2).
    public func synchronize() throws(SystemCallError) {
        try systemCall("fsync", name) { fsync(rawValue) }
    }

    /// ioctl(2) with a pointer argument. `call` names the request in errors, such as `ioctl(BLKGETSIZE64)`.
    @discardableResult
    public func ioctl(
        _ call: String, _ request: UInt, _ argument: UnsafeMutableRawPointer?
    ) throws(SystemCallError) -> Int32 {
        try systemCall(call, name) { martlet_ioctl_pointer(rawValue, request, argument) }
    }

    /// ioctl(2) with an integer argument.
    @discardableResult
    public func ioctl(_ call: String, _ request: UInt, _ argument: UInt) throws(SystemCallError) -> Int32 {
        try systemCall(call, name) { martlet_ioctl_integer(rawValue, request, argument) }
    }
}
