/// Bytes of a file that can be read only once, kept in memory until a table says where they belong. For one thread.
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
    private var pieces: [Piece] = []
    private var chunks: [PageBuffer] = []
    /// Bytes used of the last chunk.
    private var used = chunkLength
    private var kept: UInt64 = 0

    init(limit: UInt64) {
        self.limit = limit
    }

    /// Keeps bytes that lie behind all that were kept before.
    mutating func keep(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) {
        guard !isFull, !bytes.isEmpty else { return }
        guard UInt64(bytes.count) <= limit - kept else {
            (isFull, pieces, chunks) = (true, [], [])
            return
        }
        kept += UInt64(bytes.count)
        var done = 0
        while done < bytes.count {
            if used == Self.chunkLength {
                chunks.append(PageBuffer(length: Self.chunkLength))
                used = 0
            }
            let count = min(bytes.count - done, Self.chunkLength - used)
            let room = UnsafeMutableRawBufferPointer(rebasing: chunks[chunks.count - 1].bytes[used..<used + count])
            room.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[done..<done + count]))
            add(Piece(offset: offset + UInt64(done), chunk: chunks.count - 1, start: used, count: count))
            used += count
            done += count
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
