import SystemPackage

/// A system call that failed: which, on what, and why.
public struct SystemCallError: Error, Equatable, CustomStringConvertible {
    /// The call as its manual page names it, such as `mount` or `ioctl(BLKZEROOUT)`.
    public let call: String
    /// What it was asked of, such as a path; empty when the call has no subject.
    public let subject: String
    /// The reason, as in errno(3).
    public let errno: Errno

    /// An error for a call that set `errno`.
    public init(call: String, subject: String, errno: Errno) {
        self.call = call
        self.subject = subject
        self.errno = errno
    }

    /// One sentence without a final full stop, such as `mount /sys: Device or resource busy`.
    public var description: String {
        subject.isEmpty ? "\(call): \(errno)" : "\(call) \(subject): \(errno)"
    }
}
