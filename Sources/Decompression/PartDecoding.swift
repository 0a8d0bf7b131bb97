import LinuxSystem

/// Decodes parts that do not depend on each other on threads of its own, and gives what comes out in their order.
///
/// For one thread, which never waits while there is something for it to take. Memory is bounded: a part is only begun when
/// there is room for it, and what comes out of a later one waits for room; the first always goes on.
final class PartDecoding<Part: Sendable> {
    /// Decodes one part; one is made for each thread.
    typealias Decoder = (Part, PartOutput) throws(MemberFault) -> Void

    private let threads: Int
    private let shared: SharedParts<Part>
    private var startedThreads = 0
    /// What is being taken, and how much of it was.
    private var chunk: PartChunk?
    private var taken = 0

    /// - Parameters:
    ///   - threads: threads to decode on.
    ///   - memory: bytes that parts and what comes out of them may take.
    ///   - makeDecoder: called on each thread once.
    init(threads: Int, memory: UInt64, makeDecoder: @escaping @Sendable () throws(MemberFault) -> Decoder) {
        self.threads = threads
        shared = SharedParts(memory: memory, makeDecoder)
    }

    deinit {
        shared.abort()
    }

    /// Adds a part as soon as there is room for it, and gives what comes out until then.
    ///
    /// - Parameters:
    ///   - memory: bytes that the part takes until it is decoded.
    ///   - outputMemory: bytes that are likely to come out.
    /// - Returns: whether it was added; if not, the output is full.
    func add(
        _ part: Part, memory: Int, outputMemory: Int, _ output: UnsafeMutableRawBufferPointer, _ produced: inout Int
    ) throws(MemberFault) -> Bool {
        while !shared.add(part, memory: memory, outputMemory: outputMemory, most: 2 * threads) {
            guard produced < output.count else { return false }
            produced += try take(into: UnsafeMutableRawBufferPointer(rebasing: output[produced...]), isWaiting: true)
        }
        if startedThreads < threads {
            startedThreads += 1
            do throws(SystemCallError) {
                try NativeThread.start("decode-\(startedThreads)") { [shared] in shared.work() }
            } catch {
                // Fewer will do, unless there is none.
                guard startedThreads > 1 else { throw .outOfMemory }
            }
        }
        return true
    }

    /// Gives what has come out, in the order of the parts.
    ///
    /// - Parameter isWaiting: waits until there is something, unless all parts are done.
    /// - Returns: bytes of output written.
    /// - Throws: what is wrong with a part, once everything before it was taken.
    func take(into output: UnsafeMutableRawBufferPointer, isWaiting: Bool) throws(MemberFault) -> Int {
        var produced = 0
        while produced < output.count {
            if chunk == nil {
                chunk = try shared.next(isWaiting: isWaiting && produced == 0)
                taken = 0
            }
            guard let chunk else { break }
            let count = min(chunk.count - taken, output.count - produced)
            let source = chunk.bytes[taken..<taken + count]
            UnsafeMutableRawBufferPointer(rebasing: output[produced...])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: source))
            produced += count
            taken += count
            if taken == chunk.count {
                shared.release(chunk)
                self.chunk = nil
            }
        }
        return produced
    }

    /// Waits for what comes out of all parts, as far as the output reaches.
    func takeAll(into output: UnsafeMutableRawBufferPointer, _ produced: inout Int) throws(MemberFault) {
        while produced < output.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: output[produced...])
            let count = try take(into: rest, isWaiting: true)
            guard count > 0 else { return }
            produced += count
        }
    }

    /// Whether everything that was added has come out and was taken.
    var isIdle: Bool { chunk == nil && shared.isEmpty }
}

/// Some of what comes out of a part.
///
/// `@unchecked`: it is filled by one thread and then only read, by the one that takes it.
final class PartChunk: @unchecked Sendable {
    let bytes: UnsafeMutableRawBufferPointer
    /// Bytes of it that count.
    fileprivate(set) var count = 0

    init(capacity: Int) {
        bytes = .allocate(byteCount: max(capacity, 1), alignment: 64)
    }

    deinit {
        bytes.deallocate()
    }
}

/// Where a decoder puts what comes out of a part.
struct PartOutput {
    private let makeRoom: (Int) -> PartChunk?
    private let give: (PartChunk) -> Void

    init(makeRoom: @escaping (Int) -> PartChunk?, give: @escaping (PartChunk) -> Void) {
        self.makeRoom = makeRoom
        self.give = give
    }

    /// Calls `body` with room for some bytes; it returns how many it wrote.
    ///
    /// - Returns: `false` when nobody wants them any more.
    func write(
        _ capacity: Int, _ body: (UnsafeMutableRawBufferPointer) throws(MemberFault) -> Int
    ) throws(MemberFault) -> Bool {
        guard let chunk = makeRoom(capacity) else { return false }
        chunk.count = try body(UnsafeMutableRawBufferPointer(rebasing: chunk.bytes[..<capacity]))
        give(chunk)
        return true
    }
}
