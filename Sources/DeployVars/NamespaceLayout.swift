/// The namespaces that an NVMe controller is to have. The first of them gets the image.
public struct NamespaceLayout: Hashable, Sendable {
    /// One namespace.
    public struct Entry: Hashable, Sendable {
        /// How much of the controller's capacity it gets.
        public var size: Size
        /// Bytes of a sector, 512 or 4096; `nil` for 512 where the controller offers it, else 4096.
        public var sectorSize: Int?

        /// A namespace.
        public init(_ size: Size, sectorSize: Int? = nil) {
            self.size = size
            self.sectorSize = sectorSize
        }
    }

    /// How large a namespace is.
    public enum Size: Hashable, Sendable {
        /// Bytes, of which only whole sectors count.
        case bytes(UInt64)
        /// Hundredths of the controller's whole capacity, 1 to 100.
        case percent(Int)
        /// All that the others leave.
        case rest
    }

    /// What can be written, as the end of a sentence.
    static let syntax =
        "it must be all, or sizes separated by commas such as 480G,1.5TiB,rest or 50%,50% (rest comes last), each followed "
        + "by @512 or @4096 where the size of its sectors matters"
    /// More than any controller has.
    private static let mostEntries = 1024

    /// The namespaces in the order in which they are made; never empty, and only the last one takes the rest.
    public let entries: [Entry]

    /// A layout of at least one namespace.
    public init?(_ entries: [Entry]) {
        guard !entries.isEmpty, entries.count <= Self.mostEntries,
            !entries.dropLast().contains(where: { $0.size == .rest })
        else { return nil }
        self.entries = entries
    }

    /// Reads `all@4096` or `480G,rest`.
    init?(_ text: String) {
        let words = text.split(separator: ",", omittingEmptySubsequences: false)
        let entries = words.compactMap { Self.entry($0, isAlone: words.count == 1) }
        guard entries.count == words.count else { return nil }
        self.init(entries)
    }

    private static func entry(_ word: Substring, isAlone: Bool) -> Entry? {
        let parts = word.split(separator: "@", omittingEmptySubsequences: false).map { part in
            part.split(whereSeparator: { " \t".contains($0) }).joined(separator: " ").lowercased()
        }
        guard let first = parts.first, let size = size(first, isAlone: isAlone), parts.count <= 2 else { return nil }
        guard let sector = parts.dropFirst().first else { return Entry(size) }
        guard let bytes = wholeNumber(sector, in: 512...4096), [512, 4096].contains(bytes) else { return nil }
        return Entry(size, sectorSize: bytes)
    }

    private static func size(_ text: String, isAlone: Bool) -> Size? {
        if text == "rest" || text == "all" && isAlone { return .rest }
        if text.hasSuffix("%") { return wholeNumber(text.dropLast(), in: 1...100).map { .percent($0) } }
        return bytes(text).map { .bytes($0) }
    }

    /// Decimal units as disks are sold (`480G`, `1.92TB`), or binary ones (`512GiB`). A number alone could mean anything.
    private static func bytes(_ text: String) -> UInt64? {
        let units: [(String, UInt64)] = [
            ("mib", 1 << 20), ("gib", 1 << 30), ("tib", 1 << 40), ("mb", 1_000_000), ("gb", 1_000_000_000),
            ("tb", 1_000_000_000_000), ("m", 1_000_000), ("g", 1_000_000_000), ("t", 1_000_000_000_000),
        ]
        guard let (name, unit) = units.first(where: { text.hasSuffix($0.0) }) else { return nil }
        let parts = text.dropLast(name.count).split(separator: ".", omittingEmptySubsequences: false)
        guard let whole = parts.first.flatMap({ wholeNumber($0, in: 0...1_000_000) }), parts.count <= 2 else {
            return nil
        }
        var bytes = UInt64(whole) * unit
        if let fraction = parts.dropFirst().first {
            guard fraction.utf8.count <= 3, let digits = wholeNumber(fraction, in: 0...999) else { return nil }
            let scale = fraction.utf8.reduce(UInt64(1)) { scale, _ in scale * 10 }
            bytes += unit * UInt64(digits) / scale
        }
        return bytes > 0 ? bytes : nil
    }
}

extension NamespaceLayout: CustomStringConvertible {
    /// The layout as it could be written in the vars.
    public var description: String {
        entries.map { entry in
            let size =
                switch entry.size {
                case .bytes(let bytes): Self.text(bytes)
                case .percent(let share): "\(share)%"
                case .rest: entries.count == 1 ? "all" : "rest"
                }
            return size + (entry.sectorSize.map { "@\($0)" } ?? "")
        }.joined(separator: ",")
    }

    private static func text(_ bytes: UInt64) -> String {
        for (name, unit) in [("TiB", UInt64(1) << 40), ("GiB", 1 << 30), ("MiB", 1 << 20)] where bytes % unit == 0 {
            return "\(bytes / unit)\(name)"
        }
        for (name, unit) in [("T", UInt64(1_000_000_000_000)), ("G", 1_000_000_000)] where bytes % (unit / 1000) == 0 {
            guard bytes >= unit else { continue }
            let thousandths = String(bytes % unit / (unit / 1000) + 1000).dropFirst()
            return thousandths == "000" ? "\(bytes / unit)\(name)" : "\(bytes / unit).\(thousandths)\(name)"
        }
        return "\(bytes / 1_000_000)M"
    }
}
