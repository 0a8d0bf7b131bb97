import QCOW2

/// Takes the disk out of a qcow2 file: walks along its map, reads the tables, and hands on each cluster with its place.
/// For one thread.
struct ClusterWalk {
    private let window: HostWindow
    private var map: ClusterMap
    private let batches: ClusterBatches
    private let zeros: (Range<UInt64>) throws -> Void

    /// - Parameters:
    ///   - length: bytes of the disk, from its start, that are wanted.
    ///   - batches: get the bytes.
    ///   - zeros: is told of what is zeros.
    init(
        _ header: QCOW2Header, first length: UInt64 = .max, window: HostWindow, batches: ClusterBatches,
        zeros: @escaping (Range<UInt64>) throws -> Void
    ) {
        self.window = window
        self.batches = batches
        self.zeros = zeros
        map = ClusterMap(header, first: length, fileLength: window.fileLength)
    }

    /// Reads all that is wanted.
    ///
    /// - Parameters:
    ///   - tablesFirst: reads all tables before any data, each by itself.
    ///   - progress: called now and then.
    mutating func run(tablesFirst: Bool, progress: () -> Void = {}) throws {
        while !map.isComplete {
            window.isExact = tablesFirst && map.lacksTables
            guard let need = try map.next(from: window.reach, tablesFirst: tablesFirst) else {
                try window.restart()
                map.rewind()
                continue
            }
            try read(need)
            progress()
        }
        try batches.flush()
    }

    private mutating func read(_ need: ClusterMap.Need) throws {
        switch need {
        case .table(let table):
            for range in try map.take(window.table(table), of: table) { try zeros(range) }
        case .data(let extent):
            if let packed = extent.packedLength {
                try readPacked(extent, Int(packed))
            } else {
                try readPlain(extent)
            }
        }
    }

    private func readPlain(_ extent: HostExtent) throws {
        var done: UInt64 = 0
        while done < extent.length {
            let place = extent.host + done
            let part = try window.bytes(at: place, count: Int(min(extent.length - done, UInt64(Self.piece))))
            guard !part.isEmpty else { throw QCOW2Refusal.truncated("a cluster", offset: place) }
            var rest = part
            while !rest.isEmpty {
                let used = try batches.batch(at: extent.guest + done, room: 1).add(rest)
                rest = UnsafeRawBufferPointer(rebasing: rest[used...])
                done += UInt64(used)
            }
            window.release(place..<place + UInt64(part.count))
        }
    }

    /// The file may end before the last of the 512 bytes that an entry counts in.
    private func readPacked(_ extent: HostExtent, _ length: Int) throws {
        let packed = try window.bytes(at: extent.host, count: length)
        let size = Int(map.header.clusterSize)
        try batches.batch(at: extent.guest, room: size)
            .add(packed: packed, host: extent.host, size: size, length: Int(extent.length))
        // The next compressed cluster may begin in the last sector that the entry counts in.
        if length > Self.sector { window.release(extent.host..<extent.hostEnd - UInt64(Self.sector)) }
    }

    private static let sector = 512

    /// As much at a time as stays in the processor's cache.
    private static let piece = 256 << 10
}
