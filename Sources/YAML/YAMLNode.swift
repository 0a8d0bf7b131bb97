/// A value in a YAML document, with aliases and merge keys resolved.
///
/// Scalars keep their text: what `no` or `11:22:33:44:55:66` stands for is decided by who asks.
public struct YAMLNode: Equatable, Sendable {
    /// What a value can be.
    public enum Content: Equatable, Sendable {
        /// Text.
        case scalar(YAMLScalar)
        /// A list.
        case sequence([YAMLNode])
        /// Keys and their values, in the order of the text. No key is there twice.
        case mapping([YAMLEntry])
    }

    /// The value.
    public let content: Content
    /// The line on which it begins, counted from 1. What came by an alias begins at its anchor.
    public let line: Int
    /// The column in which it begins, in characters, counted from 1.
    public let column: Int

    /// A value.
    public init(_ content: Content, line: Int, column: Int) {
        self.content = content
        self.line = line
        self.column = column
    }
}

/// A scalar.
public struct YAMLScalar: Equatable, Sendable {
    /// The text after unfolding and unescaping. It holds no NUL.
    public let text: String
    /// Whether it stood without quotes, is no block, and is not marked as a string.
    public let isPlain: Bool

    /// A scalar.
    public init(_ text: String, isPlain: Bool) {
        self.text = text
        self.isPlain = isPlain
    }

    /// Whether it means "nothing" (https://yaml.org/type/null.html).
    public var isNull: Bool {
        isPlain && ["", "~", "null", "Null", "NULL"].contains(text)
    }
}

/// One key of a mapping and its value.
public struct YAMLEntry: Equatable, Sendable {
    /// The key.
    public let key: String
    /// The key's line, counted from 1.
    public let line: Int
    /// The key's value.
    public let value: YAMLNode

    /// A key and its value.
    public init(key: String, line: Int, value: YAMLNode) {
        self.key = key
        self.line = line
        self.value = value
    }
}
