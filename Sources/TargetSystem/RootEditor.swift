import LinuxSystem

/// Writes into the installed system and keeps account of it. Every path is resolved inside the root.
struct RootEditor {
    let root: RootDirectory
    var report = SeedReport()

    init(_ root: RootDirectory) {
        self.root = root
    }

    /// Makes or replaces a file; the directories above it are made when they are missing.
    mutating func write(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o644) throws(TargetSystemError) {
        try attempt("writing \(path)") { () throws(SystemCallError) in
            try root.makeDirectories("/" + path.split(separator: "/").dropLast().joined(separator: "/"))
            try root.write(bytes, to: path, mode: mode)
        }
        report.written.append(path)
    }

    /// The same with text.
    mutating func write(_ text: String, to path: String, mode: UInt32 = 0o644) throws(TargetSystemError) {
        try write(Array(text.utf8), to: path, mode: mode)
    }

    /// Changes a file that is there, wherever its links lead inside the root; owner and permissions stay.
    ///
    /// - Parameter change: from the whole file to what it is to hold; the same bytes leave the file alone.
    /// - Returns: whether there is such a file.
    @discardableResult
    mutating func edit(_ path: String, _ change: ([UInt8]) -> [UInt8]) throws(TargetSystemError) -> Bool {
        guard let status = root.status(path), status.isRegular else { return false }
        var old: [UInt8] = []
        var place = path
        try attempt("reading \(path)") { () throws(SystemCallError) in
            old = try root.read(path)
            place = try root.placeInside(path)
        }
        let new = change(old)
        guard new != old else { return true }
        try attempt("writing \(path)") { () throws(SystemCallError) in
            try root.write(new, to: place, mode: status.permissions, owner: status.owner)
        }
        report.written.append(path)
        return true
    }

    /// The same line by line, for files whose bytes are text for the most part: what is not UTF-8 leaves the file alone.
    @discardableResult
    mutating func editText(_ path: String, _ change: (String) -> String) throws(TargetSystemError) -> Bool {
        try edit(path) { bytes in
            String(validating: bytes, as: UTF8.self).map { Array(change($0).utf8) } ?? bytes
        }
    }

    /// Removes what is at a path; a link itself, never what it leads to. Noted only when something was there.
    mutating func remove(_ path: String, because reason: String) throws(TargetSystemError) {
        guard root.status(path, followsLink: false) != nil else { return }
        try attempt("removing \(path)") { () throws(SystemCallError) in try root.remove(path) }
        report.notes.append("removed \(path): \(reason)")
    }

    func attempt(
        _ action: String, _ body: () throws(SystemCallError) -> Void
    ) throws(TargetSystemError) {
        do {
            try body()
        } catch {
            throw .file(action, error)
        }
    }
}

extension RootDirectory {
    /// A path inside with all its symbolic links resolved, which is inside again.
    func placeInside(_ path: String) throws(SystemCallError) -> String {
        let top = try resolvedPath("/")
        let place = try resolvedPath(path)
        // The top may be "/" itself.
        let prefix = top == "/" ? "" : top
        guard place.hasPrefix(prefix + "/") else {
            throw SystemCallError(call: "readlink", subject: path, errno: .noSuchFileOrDirectory)
        }
        return String(place.dropFirst(prefix.count))
    }

    /// Where the symbolic link at a path points, as written: readlinkat(2). `nil` when there is none.
    func linkTarget(_ path: String) -> String? {
        guard status(path, followsLink: false)?.isSymbolicLink == true, let (directory, name) = try? parent(of: path)
        else { return nil }
        return try? Files.linkTarget("/proc/self/fd/\(directory.rawValue)/\(name)")
    }
}
