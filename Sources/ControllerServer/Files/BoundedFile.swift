import Glibc
import LinuxSystem

/// A file that only grows at its end and loses its older half when it is full.
struct BoundedFile {
    /// The newer part; the older one has `.1` appended to its name.
    let path: String
    /// Most bytes of both parts together.
    let limit: Int

    /// Appends bytes; both parts keep whole calls' worth of bytes, so that lines stay whole.
    func append(_ bytes: [UInt8]) throws(SystemCallError) {
        var status = stat()
        if stat(path, &status) == 0, Int(status.st_size) + bytes.count > limit / 2 {
            try systemCall("rename", path) { rename(path, older) }
        }
        let file = try Descriptor.open(path, O_WRONLY | O_CREAT | O_APPEND)
        let outcome = bytes.withUnsafeBytes { buffer in
            Result { () throws(SystemCallError) -> Void in try file.writeAll(buffer) }
        }
        try outcome.get()
    }

    /// Everything that is kept, oldest first.
    func contents() throws(SystemCallError) -> [UInt8] {
        (try AtomicFile.read(older) ?? []) + (try AtomicFile.read(path) ?? [])
    }

    private var older: String { path + ".1" }
}
