import LinuxSystem

/// A piece of a disk and the frame that was made of it. Filled by one thread, then only read.
///
/// `@unchecked`: `CaptureLane` hands it from one thread to the next.
final class CapturedPiece: @unchecked Sendable {
    /// Bytes of each piece but the last: a multiple of what the encoder looks back over, so that little is lost between
    /// two of them, and small enough for several threads within the memory there may be.
    static let length = 2 << 20

    let buffer = PageBuffer(length: length)
    let frame = PageBuffer(length: FrameEncoder.bound(length))
    /// The piece's number, and so its place: pieces follow each other.
    fileprivate(set) var number = 0
    /// Bytes of it, in `buffer` unless they are all zeros.
    var count = 0
    /// Bytes of the frame.
    var frameCount = 0
    /// Bytes that came from the disk.
    var readCount: UInt64 = 0
    /// All zeros: neither `buffer` nor `frame` holds anything.
    var isZero = false
}

/// Pieces on their way from several threads that fill them, in any order, to consumers that each see all in order.
final class CaptureLane: Sendable {
    private struct State {
        var free: [CapturedPiece]
        var next = 0
        /// Filled pieces by number, each with how many consumers have yet to take it.
        var filled: [Int: (piece: CapturedPiece, consumers: Int)] = [:]
        var isAborted = false
    }

    private let count: Int
    private let consumers: Int
    private let state: Monitor<State>

    /// - Parameters:
    ///   - count: pieces in all.
    ///   - slots: pieces on the way at the same time.
    ///   - consumers: who sees each piece.
    init(count: Int, slots: Int, consumers: Int) {
        self.count = count
        self.consumers = consumers
        state = Monitor(State(free: (0..<slots).map { _ in CapturedPiece() }))
    }

    /// The next piece to fill, waiting for room. Numbers are given out with the room for them, so the lowest that is on the
    /// way always goes on.
    ///
    /// - Returns: `nil` when all are given out, or the lane was aborted.
    func claim() -> CapturedPiece? {
        let claimed: CapturedPiece?? = state.wait { state in
            guard !state.isAborted, state.next < count else { return .some(nil) }
            guard let piece = state.free.popLast() else { return nil }
            piece.number = state.next
            state.next += 1
            return piece
        }
        return claimed ?? nil
    }

    /// Hands a filled piece on.
    func deliver(_ piece: CapturedPiece) {
        state.update { $0.filled[piece.number] = (piece, consumers) }
    }

    /// Waits for a piece.
    ///
    /// - Returns: `.some(nil)` when there is no such piece or the lane was aborted; `nil` when the time was over.
    func piece(_ number: Int, timeout: Duration) -> CapturedPiece?? {
        // Before it is claimed it waits for a consumer, not for the disk.
        state.wait { $0.isAborted || number >= count || $0.next > number ? () : nil }
        return state.wait(timeout: timeout) { state in
            guard !state.isAborted, number < count else { return .some(nil) }
            return state.filled[number].map { .some($0.piece) }
        }
    }

    /// One consumer is through with a piece.
    func release(_ piece: CapturedPiece) {
        state.update { state in
            guard let consumers = state.filled[piece.number]?.consumers else { return }
            if consumers > 1 {
                state.filled[piece.number]?.consumers = consumers - 1
            } else {
                state.filled[piece.number] = nil
                state.free.append(piece)
            }
        }
    }

    /// Lets nobody wait any more.
    func abort() {
        state.update { $0.isAborted = true }
    }
}
