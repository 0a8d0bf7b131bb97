import NetworkTypes

/// The fields of an argument between its colons. Brackets keep a field's own colons together, as in dracut.cmdline(7):
/// `[2001:db8::7]`. A MAC address is one field as well where a link or a MAC address may stand.
struct ArgumentFields {
    /// The fields, without brackets; empty ones at the end are left out.
    private(set) var all: [String] = []

    /// Splits a value.
    ///
    /// - Parameter argument: the whole argument, for the error.
    /// - Throws: `ArgumentProblem` when a bracket has no partner at the end of its field.
    init(_ value: String, of argument: String) throws(ArgumentProblem) {
        var rest = value[...]
        while true {
            if rest.hasPrefix("[") {
                guard let end = rest.firstIndex(of: "]") else {
                    throw ArgumentProblem(argument, "has a bracket that is not closed")
                }
                all.append(String(rest[rest.index(after: rest.startIndex)..<end]))
                rest = rest[rest.index(after: end)...]
                guard rest.isEmpty || rest.first == ":" else {
                    throw ArgumentProblem(argument, "has more than a colon behind a bracket")
                }
            } else {
                let field = rest.prefix { $0 != ":" }
                all.append(String(field))
                rest = rest[field.endIndex...]
            }
            guard let colon = rest.indices.first else { break }
            rest = rest[rest.index(after: colon)...]
        }
        while all.last?.isEmpty == true { all.removeLast() }
    }

    /// How many there are.
    var count: Int { all.count }

    /// A field; empty when there are not so many.
    subscript(_ index: Int) -> String { all.indices.contains(index) ? all[index] : "" }

    /// The fields from an index on.
    func from(_ index: Int) -> [String] { Array(all.dropFirst(index)) }

    /// Makes one field of the six from an index on, when they are a MAC address with colons.
    mutating func joinMAC(at index: Int) {
        guard index >= 0, all.count >= index + 6, let mac = MACAddress(all[index..<index + 6].joined(separator: ":"))
        else { return }
        all.replaceSubrange(index..<index + 6, with: [mac.description])
    }
}
