import ByteCoding

/// A run of bytes in the file and where it belongs on the disk.
public struct HostExtent: Equatable, Sendable {
    /// Where it begins in the file.
    public let host: UInt64
    /// Where it begins on the disk.
    public let guest: UInt64
    /// Bytes on the disk; of a compressed cluster those that are wanted of it, from its start.
    public internal(set) var length: UInt64
    /// Bytes in the file of a compressed cluster, at most; `nil` when the bytes are as they are on the disk.
    public let packedLength: UInt64?

    /// Where it ends in the file.
    public var hostEnd: UInt64 { host &+ (packedLength ?? length) }
}

/// A table in the file.
public struct TableExtent: Equatable, Sendable {
    /// Where it lies in the file.
    public let range: Range<UInt64>
    /// The number of a level-2 table; `nil` for the one level-1 table.
    let number: Int?
}

/// Which bytes of the file are needed next, and where they belong: the header first, then the tables and clusters in the
/// order in which they lie in the file, as far as the tables read so far name them. Pure; whoever has the file reads it.
///
/// What is found to lie before the place already reached is put off until `rewind`. Snapshots and reference counts are
/// of no interest: neither says where the disk's present bytes are.
public struct ClusterMap: Sendable {
    /// What to read next.
    public enum Need: Equatable, Sendable {
        /// A table; `take` wants its bytes.
        case table(TableExtent)
        /// Bytes of the disk.
        case data(HostExtent)
    }

    /// So many extents and tables are kept in mind at most: 32 MB or so.
    public static let pieceLimit = 1 << 20

    /// The header.
    public let header: QCOW2Header
    private let wanted: Range<UInt64>
    private let fileLength: UInt64?
    private var tables = OffsetHeap<TableExtent> { $0.range.lowerBound }
    private var data = OffsetHeap<HostExtent> { $0.host }
    private var passedTables: [TableExtent] = []
    private var passedData: [HostExtent] = []
    /// The lowest place in the file that tables taken since `forgetTaken` name.
    private var lowestNamed = UInt64.max
    /// Where in the file the last extent lies that is as it is on the disk.
    private var lastPlain: Range<UInt64> = 0..<0

    /// - Parameters:
    ///   - length: bytes of the disk, from its start, that are wanted; all when there are fewer.
    ///   - fileLength: bytes of the file, where known.
    public init(_ header: QCOW2Header, first length: UInt64 = .max, fileLength: UInt64?) {
        self.header = header
        self.fileLength = fileLength
        wanted = 0..<min(length, header.virtualSize)
        if !wanted.isEmpty { tables.push(TableExtent(range: header.l1Table, number: nil)) }
    }

    /// Whether all that is needed was handed out and all tables were taken.
    public var isComplete: Bool { tables.isEmpty && data.isEmpty && passedTables.isEmpty && passedData.isEmpty }

    /// Whether something lies before the place that was reached.
    public var hasPassed: Bool { !passedTables.isEmpty || !passedData.isEmpty }

    /// Whether tables are yet to be read.
    public var lacksTables: Bool { !tables.isEmpty || !passedTables.isEmpty }

    /// The lowest place in the file, at or after `position`, of what is known to be needed.
    ///
    /// Whoever can read the file only once does well to keep its last megabyte and to give the start of that: QEMU lays a
    /// table behind the data it maps only where it fills up a cluster that it has begun, or preallocates.
    ///
    /// - Parameter tablesFirst: no data before all tables were taken.
    /// - Returns: `nil` when there is nothing more from there on.
    /// - Throws: `QCOW2Refusal` when the same bytes of the file belong to two places of the disk.
    public mutating func next(
        from position: UInt64, tablesFirst: Bool = false
    ) throws(QCOW2Refusal) -> Need? {
        while let lowest = tables.lowest, lowest < position, let table = tables.pop() { passedTables.append(table) }
        if tablesFirst, lacksTables { return tables.pop().map { .table($0) } }
        while let lowest = data.lowest, lowest < position, let extent = data.pop() { passedData.append(extent) }
        if let table = tables.lowest, table <= data.lowest ?? .max { return tables.pop().map { .table($0) } }
        guard let extent = data.pop() else { return nil }
        guard !lastPlain.overlaps(extent.host..<extent.host + 1) else {
            throw .damaged("two places of the disk share the cluster at byte \(extent.host)")
        }
        if extent.packedLength == nil { lastPlain = extent.host..<extent.hostEnd }
        return .data(extent)
    }

    /// Begins at the file's start again, with what was passed.
    public mutating func rewind() {
        for table in passedTables { tables.push(table) }
        for extent in passedData { data.push(extent) }
        passedTables = []
        passedData = []
        lastPlain = 0..<0
    }

    /// Takes the bytes of a table that `next` asked for.
    ///
    /// - Returns: what of the disk is zeros, by this table.
    /// - Throws: `QCOW2Refusal` when the table cannot be.
    public mutating func take(
        _ bytes: [UInt8], of table: TableExtent
    ) throws(QCOW2Refusal) -> [Range<UInt64>] {
        do {
            guard let number = table.number else { return try takeTables(ByteReader(bytes)) }
            return try takeClusters(ByteReader(bytes), UInt64(number) * header.tableReach)
        } catch let refusal as QCOW2Refusal {
            throw refusal
        } catch {
            throw .truncated("a table", offset: table.range.lowerBound + UInt64(bytes.count))
        }
    }

    /// Forgets the data that the tables taken so far name: for whoever looks at the tables only.
    ///
    /// - Returns: the lowest place in the file that tables taken since the last call name.
    mutating func forgetTaken() -> UInt64 {
        data.removeAll()
        defer { lowestNamed = .max }
        return lowestNamed
    }

    private mutating func takeTables(_ bytes: ByteReader) throws -> [Range<UInt64>] {
        var reader = bytes
        var zeros = RangeList()
        var guest: UInt64 = 0
        var number = 0
        while guest < wanted.upperBound {
            let offset = try reader.bigEndian(UInt64.self) & ClusterEntry.offsetMask
            let end = guest + min(header.tableReach, wanted.upperBound - guest)
            if offset == 0 {
                zeros.append(guest..<end)
            } else {
                guard offset % header.clusterSize == 0 else {
                    throw QCOW2Refusal.damaged("a level-2 table is said to begin at byte \(offset)")
                }
                let range = offset..<offset + header.clusterSize
                try requireInside(range.upperBound, "a level-2 table")
                try requireMemory()
                tables.push(TableExtent(range: range, number: number))
                lowestNamed = min(lowestNamed, offset)
            }
            guest = end
            number += 1
        }
        return zeros.ranges
    }

    private mutating func takeClusters(_ bytes: ByteReader, _ start: UInt64) throws -> [Range<UInt64>] {
        var reader = bytes
        var zeros = RangeList()
        var pending: HostExtent?
        var guest = start
        let tableEnd = start + min(header.tableReach, wanted.upperBound - min(start, wanted.upperBound))
        while guest < tableEnd {
            let descriptor: UInt64 = try reader.bigEndian()
            let bitmap: UInt64? = header.hasSubclusters ? try reader.bigEndian() : nil
            let end = guest + min(header.clusterSize, tableEnd - guest)
            switch try ClusterEntry(descriptor, bitmap: bitmap, clusterBits: header.clusterBits) {
            case .zeros: zeros.append(guest..<end)
            case .plain(let host): try add(host, guest..<end, &pending)
            case .compressed(let host, let length):
                try requireInside(host + 1, "a compressed cluster")
                try push(HostExtent(host: host, guest: guest, length: end - guest, packedLength: length))
            case .subclusters(let host, let bits):
                for index in 0..<UInt64(32) where guest + index * header.unit < end {
                    let piece = guest + index * header.unit..<min(guest + (index + 1) * header.unit, end)
                    if bits >> UInt32(index) & 1 == 1 {
                        try add(host + index * header.unit, piece, &pending)
                    } else {
                        zeros.append(piece)
                    }
                }
            }
            guest = end
        }
        if let pending { try push(pending) }
        return zeros.ranges
    }

    /// Adds bytes that are as they are on the disk, to what lies before them where both places allow.
    private mutating func add(_ host: UInt64, _ guest: Range<UInt64>, _ pending: inout HostExtent?) throws {
        let length = guest.upperBound - guest.lowerBound
        try requireInside(host + length, "a cluster")
        if var before = pending {
            if before.hostEnd == host, before.guest + before.length == guest.lowerBound {
                before.length += length
                pending = before
                return
            }
            try push(before)
        }
        pending = HostExtent(host: host, guest: guest.lowerBound, length: length, packedLength: nil)
    }

    private mutating func push(_ extent: HostExtent) throws {
        try requireMemory()
        data.push(extent)
        lowestNamed = min(lowestNamed, extent.host)
    }

    private func requireInside(_ end: UInt64, _ what: String) throws(QCOW2Refusal) {
        guard end <= fileLength ?? .max else { throw .outside(what, end: end, length: fileLength ?? 0) }
    }

    private func requireMemory() throws(QCOW2Refusal) {
        guard tables.count + data.count + passedTables.count + passedData.count < Self.pieceLimit else {
            throw .tooFragmented(limit: Self.pieceLimit)
        }
    }
}

/// Ranges in ascending order, those that touch made one.
private struct RangeList {
    private(set) var ranges: [Range<UInt64>] = []

    mutating func append(_ range: Range<UInt64>) {
        if let last = ranges.last, last.upperBound == range.lowerBound {
            ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
        } else if !range.isEmpty {
            ranges.append(range)
        }
    }
}
