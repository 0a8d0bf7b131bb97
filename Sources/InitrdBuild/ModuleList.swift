/// A list of modules for an initramfs: one name a line, `#` comments, and `!FLAVOUR` marks for the kernels that do not
/// have the module.
///
///     # Intel
///     e1000e !cloud
///     igb    !cloud
///     virtio_net
public struct ModuleList: Equatable, Sendable {
    /// One line.
    public struct Entry: Equatable, Sendable {
        /// The module's name, as the line has it.
        public let name: String
        /// The flavours of kernel that are known not to have it.
        public let absentFlavours: Set<String>
        /// Where it stands, such as `kernel-modules/nics.list:12`.
        public let location: String
    }

    /// The lines that name a module, in order.
    public let entries: [Entry]

    /// Parses a list.
    ///
    /// - Parameter file: its name, for errors.
    /// - Throws: `ModuleListError` for a line with something after the name that is no `!FLAVOUR` mark.
    public init(_ text: String, file: String) throws(ModuleListError) {
        var entries: [Entry] = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.prefix { $0 != "#" }.split { $0.isWhitespace }
            guard let name = words.first else { continue }
            let location = "\(file):\(number + 1)"
            var absent: Set<String> = []
            for mark in words.dropFirst() {
                guard mark.first == "!", mark.count > 1 else {
                    throw ModuleListError.malformed(location: location, word: String(mark))
                }
                absent.insert(String(mark.dropFirst()))
            }
            entries.append(Entry(name: String(name), absentFlavours: absent, location: location))
        }
        self.entries = entries
    }

    /// The flavour of a kernel by its release: `6.1.0-44-cloud-amd64` is `cloud`, `6.1.0-44-amd64` is `server`.
    public static func flavour(ofRelease release: String) -> String {
        release.split(separator: "-").contains("cloud") ? "cloud" : "server"
    }
}
