/// What seeding did.
public struct SeedReport: Equatable, Sendable {
    /// Paths in the installed system that were written, and trees that were copied.
    public var written: [String] = []
    /// What else was done or found, one sentence each.
    public var notes: [String] = []
    /// What may keep the installed system from being what was asked for, one sentence each.
    public var warnings: [String] = []

    /// Nothing done, nothing found.
    public init() {}
}
