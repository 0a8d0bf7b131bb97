import CLinux
import Glibc
import SystemPackage

/// Whole small files and directories, by path. For kernel files (`/proc`, `/sys`) and configuration, not for images.
public enum Files {
    /// Reads a file whole.
    ///
    /// - Parameter limit: the most bytes to read; a longer file is an `EFBIG` error.
    public static func read(_ path: String, limit: Int = 16 << 20) throws(SystemCallError) -> [UInt8] {
        let file = try Descriptor.open(path, O_RDONLY)
        var contents: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let outcome = chunk.withUnsafeMutableBytes { buffer in
                Result { () throws(SystemCallError) -> Int in try file.read(into: buffer) }
            }
            let got = try outcome.get()
            if got == 0 { return contents }
            contents.append(contentsOf: chunk[..<got])
            if contents.count > limit {
                throw SystemCallError(call: "read", subject: path, errno: .fileTooLarge)
            }
        }
    }

    /// Reads a text file whole; bytes that are not UTF-8 become U+FFFD.
    public static func readText(_ path: String, limit: Int = 16 << 20) throws(SystemCallError) -> String {
        String(decoding: try read(path, limit: limit), as: UTF8.self)
    }

    /// The text of a one-value kernel file without white space at its ends; `nil` when it is absent, unreadable or empty.
    public static func attribute(_ path: String) -> String? {
        guard let text = try? readText(path, limit: 64 << 10) else { return nil }
        var value = Substring(text)
        while let last = value.last, last.isWhitespace || last == "\0" { value.removeLast() }
        while let first = value.first, first.isWhitespace { value.removeFirst() }
        return value.isEmpty ? nil : String(value)
    }

    /// Writes a file whole, replacing what it held; creates it with `mode`.
    public static func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o600) throws(SystemCallError) {
        let file = try Descriptor.open(path, O_WRONLY | O_CREAT | O_TRUNC, mode: mode)
        let outcome = bytes.withUnsafeBytes { buffer in
            Result { () throws(SystemCallError) -> Void in try file.writeAll(buffer) }
        }
        try outcome.get()
    }

    /// Writes a text file whole.
    public static func write(_ text: String, to path: String, mode: mode_t = 0o600) throws(SystemCallError) {
        try write(Array(text.utf8), to: path, mode: mode)
    }

    /// The names in a directory, sorted by bytes, without `.` and `..`.
    public static func list(_ path: String) throws(SystemCallError) -> [String] {
        guard let stream = opendir(path) else {
            throw SystemCallError(call: "opendir", subject: path, errno: Errno(rawValue: errno))
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Where a symbolic link points: readlink(2).
    public static func linkTarget(_ path: String) throws(SystemCallError) -> String {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let length = try systemCall("readlink", path) {
            buffer.withUnsafeMutableBytes { bytes -> Int in
                guard let pointer = bytes.assumingMemoryBound(to: CChar.self).baseAddress else { return 0 }
                return readlink(path, pointer, bytes.count)
            }
        }
        return String(decoding: buffer[..<length], as: UTF8.self)
    }

    /// The last component of a symbolic link's target, such as the driver's name of `…/device/driver`.
    public static func linkName(_ path: String) -> String? {
        guard let target = try? linkTarget(path) else { return nil }
        return target.split(separator: "/").last.map(String.init)
    }

    /// The path with all symbolic links resolved, or the path itself when it leads nowhere: realpath(3).
    public static func resolved(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// Whether something exists at the path, following symbolic links.
    public static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0
    }

    /// Makes a directory and its parents; an existing directory is no error.
    public static func makeDirectories(_ path: String, mode: mode_t = 0o755) throws(SystemCallError) {
        var partial = path.hasPrefix("/") ? "" : "."
        for component in path.split(separator: "/") {
            partial += "/\(component)"
            let current = partial
            do throws(SystemCallError) {
                try systemCall("mkdir", current) { mkdir(current, mode) }
            } catch {
                if error.errno != .fileExists { throw error }
            }
        }
    }
}

extension Files {
    /// Sets permission bits: chmod(2).
    public static func setMode(_ path: String, _ mode: mode_t) throws(SystemCallError) {
        try systemCall("chmod", path) { chmod(path, mode) }
    }

    /// Whether a regular file is at the path itself; a symbolic link is none.
    public static func isRegular(_ path: String) -> Bool {
        var facts = stat()
        return lstat(path, &facts) == 0 && facts.st_mode & MARTLET_S_IFMT == S_IFREG
    }
}
