/// The root of the installed system.
public struct RootVars: Equatable, Sendable {
    /// Which partition it is.
    public var selector = RootSelector.automatic
    /// Whether it grows to the end of the disk when it is physically last.
    public var grows = true

    /// By type, growing.
    public init() {}

    init(_ reader: inout VarsReader) {
        selector =
            reader.value(.rootPartition, allowed: "it must be \(RootSelector.forms)") { RootSelector($0) } ?? .automatic
        grows = reader.boolean(.growRoot, default: true)
    }
}
