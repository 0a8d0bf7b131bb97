/// What goes by unused of a file that can be read only once, kept in memory until a table says where it belongs. For one
/// thread.
struct StagedBytes {
    /// Bytes that lie together, in the file and in memory.
    private struct Piece {
        let offset: UInt64
        let chunk: Int
        let start: Int
        var count: Int

        var end: UInt64 { offset + UInt64(count) }
    }

    private static let chunkLength = 1 << 20

    /// Bytes that may be kept.
    let limit: UInt64
    /// Whether there were more than that. Then nothing is kept any more.
    private(set) var isFull = false
    /// What was used of the bytes that are yet to be kept, in ascending order.
    private var used: [Range<UInt64>] = []
    private var pieces: [Piece] = []
    private var chunks: [PageBuffer] = []
    /// Bytes of the last chunk that are taken.
    private var fill = chunkLength
    private var kept: UInt64 = 0

    init(limit: UInt64) {
        self.limit = limit
    }

    /// Says that bytes are needed no more, so that they need not be kept.
    mutating func release(_ range: Range<UInt64>) {
        guard !range.isEmpty else { return }
        var range = range
        while let last = used.last, last.upperBound >= range.lowerBound, last.lowerBound <= range.lowerBound {
            range = last.lowerBound..<max(last.upperBound, range.upperBound)
            used.removeLast()
        }
        let place = used.lastIndex { $0.lowerBound < range.lowerBound }.map { $0 + 1 } ?? 0
        used.insert(range, at: place)
    }

    /// Keeps what was not released of bytes that lie behind all that were given before.
    mutating func keepRest(of bytes: UnsafeRawBufferPointer, at start: UInt64) {
        let end = start + UInt64(bytes.count)
        var position = start
        while let range = used.first, range.lowerBound < end {
            keep(bytes, at: start, position..<max(range.lowerBound, position))
            position = max(position, range.upperBound)
            guard range.upperBound <= end else { break }
            used.removeFirst()
        }
        keep(bytes, at: start, position..<max(end, position))
    }

    private mutating func keep(_ bytes: UnsafeRawBufferPointer, at start: UInt64, _ range: Range<UInt64>) {
        guard !isFull, !range.isEmpty else { return }
        guard UInt64(range.count) <= limit - kept else {
            (isFull, pieces, chunks) = (true, [], [])
            return
        }
        kept += UInt64(range.count)
        var offset = range.lowerBound
        while offset < range.upperBound {
            if fill == Self.chunkLength {
                chunks.append(PageBuffer(length: Self.chunkLength))
                fill = 0
            }
            let count = Int(min(range.upperBound - offset, UInt64(Self.chunkLength - fill)))
            let first = Int(offset - start)
            let room = UnsafeMutableRawBufferPointer(rebasing: chunks[chunks.count - 1].bytes[fill..<fill + count])
            room.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[first..<first + count]))
            add(Piece(offset: offset, chunk: chunks.count - 1, start: fill, count: count))
            fill += count
            offset += UInt64(count)
        }
    }

    /// Bytes from a place on, as many as lie together; none where nothing was kept. They stay where they are.
    func bytes(at offset: UInt64) -> UnsafeRawBufferPointer {
        var (low, high) = (0, pieces.count)
        while low < high {
            let middle = (low + high) / 2
            if pieces[middle].end <= offset { low = middle + 1 } else { high = middle }
        }
        guard low < pieces.count, pieces[low].offset <= offset else {
            return UnsafeRawBufferPointer(start: nil, count: 0)
        }
        let piece = pieces[low]
        let place = piece.start + Int(offset - piece.offset)..<piece.start + piece.count
        return UnsafeRawBufferPointer(rebasing: chunks[piece.chunk].bytes[place])
    }

    private mutating func add(_ piece: Piece) {
        if let last = pieces.last, last.end == piece.offset, last.chunk == piece.chunk,
            last.start + last.count == piece.start
        {
            pieces[pieces.count - 1].count += piece.count
        } else {
            pieces.append(piece)
        }
    }
}
