import Decompression
import ImageSources
import LinuxSystem
import QCOW2

extension ImageWriteRun {
    /// Places a disk that is in a qcow2 file, in the order in which the file has it; a check sum of the disk is computed
    /// from what can be read back, for its bytes do not come in order.
    func placeClusters(
        of container: ClusterContainer, _ decoding: StreamDecoding, _ writer: BodyWriter
    ) throws -> PlacedImage {
        let header = container.header
        let window = HostWindow(
            decoding, clusterSize: header.clusterSize,
            isSequential: options.readsServedBytes || decoding.isProvenAtItsEnd, stagingMemory: options.stagingMemory)
        try window.open()
        guard try window.bytes(at: 0, count: container.head.count).elementsEqual(container.head) else {
            throw ImageWriteError.imageChanged(window.origin.name)
        }
        try zeroEnds()
        try startWriters(writer)
        let placed = Monitor(PlacedClusters(regions))
        try startDecoders(header, placed)
        var meter = progressMeter(window.origin)
        let batches = ClusterBatches(take: emptyBuffer) { [decodeQueue] batch in
            guard decodeQueue.push(batch) else { throw ImageSourceError.cancelled }
        }
        var walk = ClusterWalk(header, window: window, batches: batches) { [writeQueue] range in
            // In pieces, so that all writers have a part in a long one.
            for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.longestZeros) {
                let piece = start..<start + min(UInt64(Self.longestZeros), range.upperBound - start)
                guard writeQueue.push(.zeros(piece)) else { throw ImageSourceError.cancelled }
                placed.update { $0.count += piece.upperBound - piece.lowerBound }
            }
        }
        try walk.run(tablesFirst: window.offersParts && header.isLaidOutOfOrder) {
            meter.update(served: window.servedBytes, image: placed.update { $0.count })
        }
        try window.finish()
        decodeQueue.finish()
        try waitForSuccess()
        let withheld = placed.update { $0.withheld }
        let known = facts.head.prefix(withheld.head.count)
        guard withheld.head.prefix(known.count).elementsEqual(known) else {
            throw ImageWriteError.imageChanged(window.origin.name)
        }
        if let checksum = options.checksum {
            try target.flush()
            try startChecksum(checksum)
            try stages.during(.readBack) {
                try readBack(header.virtualSize, comparing: writer.sums, fill: withheld.copy) { filled in
                    guard hashQueue.push(filled) else { throw ImageSourceError.cancelled }
                }
            }
            hashQueue.finish()
            try waitForSuccess()
        }
        return PlacedImage(
            origin: window.origin, size: header.virtualSize, head: withheld.head, isReadBack: options.checksum != nil)
    }

    /// Bytes of zeros that one writer is given at once.
    private static let longestZeros = 64 << 20

    /// Threads that decode batches and hand them to the writers, which are done when the last of these is.
    private func startDecoders(_ header: QCOW2Header, _ placed: Monitor<PlacedClusters>) throws {
        let decoders = Self.clusterDecoders
        let running = Monitor(decoders)
        for number in 1...decoders {
            try startThread("decode-\(number)") { [self] in
                let decoder = try ClusterDecoder(for: header)
                while let batch = decodeQueue.pop() {
                    try stages.during(.decode) { try batch.decode(by: decoder) }
                    let filled = filledBuffer(batch.buffer, offset: batch.offset, count: batch.count)
                    placed.update { $0.keep(filled) }
                    try checkEnd(of: filled)
                    guard writeQueue.push(.bytes(filled)) else { return }
                }
                let isLast = running.update { running in
                    running -= 1
                    return running == 0
                }
                if isLast { writeQueue.finish() }
            }
        }
    }

    /// Each has a buffer to itself, so more would take more memory than there may be taken.
    static var clusterDecoders: Int { min(MachineResources.processors, 4) }
}

/// What of a disk has been placed, in any order.
private struct PlacedClusters {
    /// Bytes.
    var count: UInt64 = 0
    private(set) var withheld: WithheldBytes

    init(_ regions: WithheldRegions) {
        withheld = WithheldBytes(regions)
    }

    mutating func keep(_ filled: FilledBuffer) {
        withheld.keep(filled)
        count += UInt64(filled.count)
    }
}

extension QCOW2Header {
    /// Whether tables are likely to lie behind what they map: where there was a snapshot they were copied, and where the
    /// disk grew the level-1 table was.
    var isLaidOutOfOrder: Bool { snapshotCount > 0 || l1Table.lowerBound > 16 << 20 }
}

/// What of an image is not written with its body, collected from buffers that come in any order.
private struct WithheldBytes {
    private(set) var head: [UInt8]
    private var tail: [UInt8]
    private let tailStart: UInt64

    init(_ regions: WithheldRegions) {
        head = [UInt8](repeating: 0, count: regions.head.count)
        tail = [UInt8](repeating: 0, count: regions.imageTail.count)
        tailStart = regions.imageTail.lowerBound
    }

    mutating func keep(_ filled: FilledBuffer) {
        let range = filled.offset..<filled.offset + UInt64(filled.count)
        Self.overlap(range, 0, head.count) { here, there in
            head.replaceSubrange(there, with: UnsafeRawBufferPointer(rebasing: filled.contents[here]))
        }
        Self.overlap(range, tailStart, tail.count) { here, there in
            tail.replaceSubrange(there, with: UnsafeRawBufferPointer(rebasing: filled.contents[here]))
        }
    }

    /// Puts what is withheld of a range of the image into a buffer that begins with it.
    func copy(_ buffer: PageBuffer, _ range: Range<UInt64>) {
        for (bytes, start) in [(head, 0), (tail, tailStart)] {
            Self.overlap(range, start, bytes.count) { here, there in
                UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[here]).copyBytes(from: bytes[there])
            }
        }
    }

    /// Calls `body` with what a range and `count` bytes from `start` on have in common, counted from the start of each.
    private static func overlap(
        _ range: Range<UInt64>, _ start: UInt64, _ count: Int, _ body: (Range<Int>, Range<Int>) -> Void
    ) {
        let common = range.clamped(to: start..<start + UInt64(count))
        guard !common.isEmpty else { return }
        body(
            Int(common.lowerBound - range.lowerBound)..<Int(common.upperBound - range.lowerBound),
            Int(common.lowerBound - start)..<Int(common.upperBound - start))
    }
}
