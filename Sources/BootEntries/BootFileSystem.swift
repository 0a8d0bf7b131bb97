/// The files a boot loader configuration refers to. A configuration is read without side effects; this is what it sees.
public protocol BootFileSystem {
    /// A file whole; `nil` when it is absent or not readable.
    func contents(of path: BootPath) -> [UInt8]?

    /// A regular file's length in bytes; `nil` when there is none.
    func size(of path: BootPath) -> Int?

    /// The names in a directory; `nil` when there is none.
    func names(in path: BootPath) -> [String]?
}
