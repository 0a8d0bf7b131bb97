/// One file of `loader/entries`: a type 1 entry of the Boot Loader Specification (UAPI.1).
public struct LoaderEntry: Equatable, Sendable {
    /// The file's name without `.conf` and without its boot counter.
    public let identifier: String
    /// What the menu shows; the identifier when there is no title.
    public let title: String
    /// The operating system's version.
    public let version: String
    /// What entries are sorted by first; empty when there is none.
    public let sortKey: String
    /// The installation it belongs to.
    public let machineID: String
    /// The kernel's path; empty when the entry starts something else.
    public let kernel: String
    /// The values of `initrd`, in order. GRUB's dialect may put several paths and variables into one.
    public let initrds: [String]
    /// The values of `options`, joined with blanks.
    public let options: String
    /// Whether its boot counter says that it failed too often.
    public let isBad: Bool

    /// Reads an entry.
    ///
    /// - Parameters:
    ///   - fileName: such as `6a98-6.1.0-35-amd64.conf` or, with a boot counter, `debian+2-1.conf`.
    ///   - text: the file's text.
    public init(fileName: String, text: String) {
        var name = fileName[...]
        if name.hasSuffix(".conf") { name = name.dropLast(5) }
        var isBad = false
        if let plus = name.lastIndex(of: "+") {
            let counters = name[name.index(after: plus)...].split(separator: "-", omittingEmptySubsequences: false)
            let isCounter = counters.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isNumber } }
            if isCounter, (1...2).contains(counters.count) {
                isBad = Int(counters[0]) == 0
                name = name[..<plus]
            }
        }
        var values: [Substring: [Substring]] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.drop(while: \.isWhitespace)
            let key = words.prefix { !$0.isWhitespace }
            var value = words.dropFirst(key.count).drop(while: \.isWhitespace)
            while value.last?.isWhitespace == true { value.removeLast() }
            if !key.isEmpty, !key.hasPrefix("#") { values[key, default: []].append(value) }
        }
        func last(_ key: Substring) -> String { String(values[key]?.last ?? "") }
        identifier = String(name)
        title = last("title").isEmpty ? String(name) : last("title")
        version = last("version")
        sortKey = last("sort-key")
        machineID = last("machine-id")
        kernel = last("linux")
        initrds = (values["initrd"] ?? []).map(String.init)
        options = (values["options"] ?? []).joined(separator: " ")
        self.isBad = isBad
    }
}

/// All entries of a `loader/entries` directory.
public enum LoaderEntries {
    private static let mostEntries = 500

    /// Reads a directory's entries, in the order of a menu: the first is the default.
    public static func read(in directory: BootPath, files: some BootFileSystem) -> [LoaderEntry] {
        let names = (files.names(in: directory) ?? []).filter { $0.hasSuffix(".conf") && !$0.hasPrefix(".") }
        let entries = names.prefix(mostEntries).compactMap { name -> LoaderEntry? in
            guard let bytes = files.contents(of: directory.appending(name)) else { return nil }
            return LoaderEntry(fileName: name, text: String(decoding: bytes, as: UTF8.self))
        }
        return entries.sorted(by: isBefore)
    }

    /// The specification's order: entries that failed too often last; those with a sort key first, by it, by machine
    /// and then from the newest version; all others from the highest file name.
    static func isBefore(_ left: LoaderEntry, _ right: LoaderEntry) -> Bool {
        if left.isBad != right.isBad { return right.isBad }
        if left.sortKey.isEmpty != right.sortKey.isEmpty { return right.sortKey.isEmpty }
        if !left.sortKey.isEmpty {
            if left.sortKey != right.sortKey { return left.sortKey < right.sortKey }
            if left.machineID != right.machineID { return left.machineID < right.machineID }
            let order = VersionOrder.compare(left.version, right.version)
            if order != 0 { return order > 0 }
        }
        let order = VersionOrder.compare(left.identifier, right.identifier)
        return order == 0 ? left.identifier > right.identifier : order > 0
    }

    /// The default entry of a disk whose boot loader follows the specification by itself, such as systemd-boot.
    ///
    /// - Parameters:
    ///   - root: the file system that holds `loader/`, and the directory above it.
    /// - Throws: `emptyMenu` when no entry names a kernel.
    public static func defaultEntry(
        in root: BootPath, files: some BootFileSystem
    ) throws(BootEntryError) -> BootEntry {
        let loader = root.appending("loader")
        let directory = loader.appending("entries")
        let entries = read(in: directory, files: files).filter { !$0.kernel.isEmpty }
        let settings = files.contents(of: loader.appending("loader.conf")) ?? []
        let wanted = LoaderPattern(loaderConfiguration: String(decoding: settings, as: UTF8.self))
        guard let entry = entries.first(where: { wanted?.matches($0.identifier) ?? false }) ?? entries.first else {
            throw .emptyMenu(directory)
        }
        return BootEntry(
            title: entry.title, identifier: entry.identifier,
            kernel: BootPath(device: root.device, path: entry.kernel),
            initrds: entry.initrds.map { BootPath(device: root.device, path: $0) }, arguments: entry.options)
    }
}
