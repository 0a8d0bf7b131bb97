extension YAMLNode {
    /// Whether it is a scalar that means "nothing", as a key without a value has it.
    public var isNull: Bool {
        if case .scalar(let scalar) = content { scalar.isNull } else { false }
    }

    /// The text of a scalar, quoted or not; `nil` for any other value and for "nothing".
    public var string: String? {
        if case .scalar(let scalar) = content, !scalar.isNull { scalar.text } else { nil }
    }

    /// A truth value as YAML 1.1 and Netplan write it (https://yaml.org/type/bool.html): true, yes, on, y and their
    /// opposites, in any case.
    public var bool: Bool? {
        switch string?.lowercased() {
        case "true", "yes", "on", "y": true
        case "false", "no", "off", "n": false
        default: nil
        }
    }

    /// A decimal number without a sign, a fraction or separators; `nil` when the type cannot hold it.
    public func integer<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) -> Number? {
        guard let string, !string.isEmpty, string.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Number(string)
    }

    /// The values of a list.
    public var sequence: [YAMLNode]? {
        if case .sequence(let nodes) = content { nodes } else { nil }
    }

    /// The entries of a mapping.
    public var mapping: [YAMLEntry]? {
        if case .mapping(let entries) = content { entries } else { nil }
    }

    /// A list of scalars; `nil` when anything else is in it.
    public var strings: [String]? {
        guard let sequence else { return nil }
        let strings = sequence.compactMap(\.string)
        return strings.count == sequence.count ? strings : nil
    }

    /// A list of scalars, or a lone scalar as a list of one.
    public var stringOrStrings: [String]? {
        strings ?? string.map { [$0] }
    }
}
