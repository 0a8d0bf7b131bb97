/// What cloud-init's NoCloud datasource is to find, as given by the operator. `nil` for what was not given.
public struct NoCloudSeed: Equatable, Sendable {
    /// The instance's identity and name.
    public var metaData: [UInt8]?
    /// What to set up; often holds secrets.
    public var userData: [UInt8]?
    /// The network, as Netplan version 2 or cloud-init version 1.
    public var networkConfig: [UInt8]?
    /// What the vendor adds to the user's data.
    public var vendorData: [UInt8]?

    /// A seed from its parts.
    public init(
        metaData: [UInt8]? = nil, userData: [UInt8]? = nil, networkConfig: [UInt8]? = nil, vendorData: [UInt8]? = nil
    ) {
        self.metaData = metaData
        self.userData = userData
        self.networkConfig = networkConfig
        self.vendorData = vendorData
    }
}

/// The files of a seed directory, complete: cloud-init takes a directory only when it has `meta-data` and `user-data`.
struct NoCloudFiles {
    private(set) var files: [(name: String, contents: [UInt8])] = []
    private(set) var warnings: [String] = []

    /// - Parameters:
    ///   - instanceID: for a meta-data without one.
    ///   - hostname: for a meta-data without one; `nil` for none.
    init(_ seed: NoCloudSeed, instanceID: String, hostname: String?) {
        files.append(("meta-data", metaData(seed.metaData ?? [], instanceID: instanceID, hostname: hostname)))
        files.append(("user-data", seed.userData ?? Array("#cloud-config\n".utf8)))
        if let networkConfig = seed.networkConfig { files.append(("network-config", networkConfig)) }
        if let vendorData = seed.vendorData { files.append(("vendor-data", vendorData)) }
    }

    /// The given meta-data with the keys it lacks. They are added as lines at its end, which is right for a mapping in
    /// block style and for nothing else.
    private mutating func metaData(_ given: [UInt8], instanceID: String, hostname: String?) -> [UInt8] {
        var text = String(decoding: given, as: UTF8.self)
        let keys = YAMLTopLevel(text)
        var missing: [(key: String, value: String)] = []
        if !keys.contains("instance-id") { missing.append(("instance-id", instanceID)) }
        if let hostname, !keys.contains("local-hostname"), !keys.contains("hostname") {
            missing.append(("local-hostname", hostname))
        }
        if missing.isEmpty { return given }
        guard keys.isBlockMapping else {
            for (key, _) in missing {
                warnings.append("the given meta-data has no \(key), and one cannot be added to its form")
            }
            return given
        }
        if !text.isEmpty, text.last?.isNewline != true { text += "\n" }
        for (key, value) in missing { text += "\(key): \(YAMLScalar.quoted(value))\n" }
        return Array(text.utf8)
    }
}

/// The keys of a YAML document's outermost mapping, read line by line: enough to tell what is there, not what it says.
struct YAMLTopLevel {
    private let keys: Set<String>
    /// Whether lines at the end would be further keys: block style, and one document that is not ended.
    let isBlockMapping: Bool

    init(_ text: String) {
        var keys: Set<String> = []
        var isBlock = true
        var hasContent = false
        for line in text.split(whereSeparator: \.isNewline) {
            guard let first = line.first, first != "#", first != "%" else { continue }
            if line == "---", !hasContent { continue }
            hasContent = hasContent || !first.isWhitespace
            if line.hasPrefix("---") || line.hasPrefix("...") || first == "{" || first == "[" || first == "-" {
                isBlock = false
                if first == "{" { keys.formUnion(Self.flowKeys(of: text)) }
                continue
            }
            if first.isWhitespace { continue }
            guard let colon = line.firstIndex(of: ":") else { continue }
            keys.insert(Self.bare(line[..<colon]))
        }
        self.keys = keys
        isBlockMapping = isBlock
    }

    func contains(_ key: String) -> Bool { keys.contains(key) }

    private static func bare(_ text: Substring) -> String {
        String(text.filter { $0 != "\"" && $0 != "'" && !$0.isWhitespace })
    }

    /// Keys of a mapping in flow style, such as JSON; nested ones count as well, which only saves a warning.
    private static func flowKeys(of text: String) -> [String] {
        text.split { $0 == "{" || $0 == "," || $0.isNewline }.compactMap { part in
            part.firstIndex(of: ":").map { bare(part[..<$0]) }
        }
    }
}
