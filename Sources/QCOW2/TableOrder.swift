/// Tells whether a file can be written in one pass: whether no table lies so far behind what it maps that this is gone by
/// then. Looks at tables only, one after the other. Pure; whoever has the file reads it.
public struct TableOrder: Sendable {
    private let header: QCOW2Header
    private var map: ClusterMap

    /// - Parameter fileLength: bytes of the file, where known.
    public init(_ header: QCOW2Header, fileLength: UInt64?) {
        self.header = header
        map = ClusterMap(header, fileLength: fileLength)
    }

    /// The next table to read; `nil` after the last.
    public mutating func next() throws(QCOW2Refusal) -> TableExtent? {
        guard map.lacksTables, case .table(let table)? = try map.next(from: 0, tablesFirst: true) else { return nil }
        return table
    }

    /// Takes the bytes of a table that `next` asked for.
    ///
    /// - Parameter window: bytes before the end of what was read last that can still be had.
    /// - Returns: whether all that it maps comes behind it, or lies in the window.
    /// - Throws: `QCOW2Refusal` when the table cannot be.
    public mutating func take(
        _ bytes: [UInt8], of table: TableExtent, window: UInt64
    ) throws(QCOW2Refusal) -> Bool {
        _ = try map.take(bytes, of: table)
        let lowest = map.forgetTaken()
        // A level-2 table is known once the level-1 table was read, which may lie behind it.
        let reached = max(header.l1Table.upperBound, table.range.upperBound)
        return lowest >= reached - min(reached, window)
    }
}
