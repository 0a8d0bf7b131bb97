/// How much is read before it is called an attack or a mistake.
public struct YAMLLimits: Sendable {
    /// The size of the text in bytes.
    public var bytes = 1 << 20
    /// Lists and mappings within each other.
    public var depth = 32
    /// Scalars, lists and mappings, keys included. An alias counts as many as what it stands for.
    public var nodes = 20_000

    /// Limits that no configuration file of a machine comes near to.
    public init() {}
}
