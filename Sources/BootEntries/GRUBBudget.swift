/// Bounds what a boot loader configuration can cost: it comes from an image and need not end by itself.
struct GRUBBudget {
    private static let mostWork = 1 << 20
    private static let deepestCalls = 100

    private var work = 0
    private var depth = 0

    /// Accounts for one statement, or for bytes read or expanded.
    mutating func spend(_ amount: Int, of path: BootPath) throws(BootEntryError) {
        work += amount
        guard work <= Self.mostWork else { throw .tooComplex(path, limit: "\(Self.mostWork) steps") }
    }

    /// Accounts for one more nested block, function or file.
    mutating func descend(_ path: BootPath) throws(BootEntryError) {
        depth += 1
        guard depth <= Self.deepestCalls else { throw .tooComplex(path, limit: "\(Self.deepestCalls) nested calls") }
    }

    mutating func ascend() {
        depth -= 1
    }
}
