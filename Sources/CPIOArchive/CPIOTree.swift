/// A directory tree to be written as one archive: parents come before children, everything else in byte order,
/// so that the order of the additions does not show.
public struct CPIOTree: Sendable {
    private var entriesByPath: [String: CPIOEntry] = [:]

    /// An empty tree.
    public init() {}

    /// The tree that the kernel would unpack from one or several concatenated archives: a later entry replaces an
    /// earlier one of the same path.
    public init(unpacking bytes: [UInt8]) throws(CPIOError) {
        var reader = CPIOReader(bytes)
        while let entry = try reader.next() { try add(entry) }
    }

    /// Adds or replaces an entry; directories above it that are not there yet are made with mode 0755.
    ///
    /// - Throws: `CPIOError` for a path with `..`, or one that passes through something that is no directory.
    public mutating func add(_ entry: CPIOEntry) throws(CPIOError) {
        let components = entry.path.split(separator: "/").filter { $0 != "." }.map(String.init)
        guard !components.contains(".."), !components.isEmpty || entry.isDirectory else {
            throw CPIOError(.badPath, at: 0, path: entry.path)
        }
        var parent = ""
        for component in components.dropLast() {
            parent = parent.isEmpty ? component : "\(parent)/\(component)"
            if let known = entriesByPath[parent] {
                guard known.isDirectory else { throw CPIOError(.badPath, at: 0, path: entry.path) }
            } else {
                entriesByPath[parent] = CPIOEntry(
                    path: parent, content: .directory, modificationTime: entry.modificationTime)
            }
        }
        var clean = entry
        clean.path = components.isEmpty ? "." : components.joined(separator: "/")
        entriesByPath[clean.path] = clean
    }

    /// The entry at a path without leading slash.
    public subscript(path: String) -> CPIOEntry? { entriesByPath[path] }

    /// All entries, parents first, siblings in byte order.
    public var entries: [CPIOEntry] {
        entriesByPath.values.sorted { first, second in
            first.path.utf8.lexicographicallyPrecedes(second.path.utf8)
        }
    }

    /// The archive of the whole tree.
    ///
    /// - Parameter alignment: the length is padded with zeros to a multiple of this, so that another archive can follow.
    public func archive(alignment: Int = 4) throws(CPIOError) -> [UInt8] {
        var writer = CPIOWriter()
        for entry in entries { try writer.append(entry) }
        return writer.finish(alignment: alignment)
    }
}
