import Decompression
import ImageSources
import QCOW2

/// A qcow2 file as it streams in, with what was read last at hand, so that what lies a little out of order is no reason
/// to go back. Of a file that can be read only once, what goes by unused is kept, as far as memory allows. For one
/// thread.
final class HostWindow {
    /// So much is read and thrown away rather than asked for anew behind it.
    private static let shortestSkip: UInt64 = 1 << 20
    private static let step = 256 << 10
    /// Why a file is read only once though its server would allow more.
    static let onePass = "what a checksum, signature or registry's digest covers is read in one pass"

    /// Bytes before the end of what was asked for that are still at hand, at least.
    static func surelyKept(_ clusterSize: UInt64) -> UInt64 { max(1 << 20, 2 * clusterSize) }

    /// Bytes that one call can ask for.
    let longest: Int
    /// Asks for parts no larger than what is needed from them.
    var isExact = false
    /// Where the stream is from; known once it is open.
    private(set) var origin = ImageOrigin(name: "", length: nil)

    private let decoding: StreamDecoding
    private let isSequential: Bool
    private var staged: StagedBytes
    /// Whether bytes went by that are not kept, since it looked as if they could be asked for again.
    private var wentByUnkept = false
    /// What is asked for in one piece and kept in several.
    private var joined: PageBuffer?
    private let lookBehind: Int
    private let buffer: PageBuffer
    private var start: UInt64 = 0
    private var count = 0
    /// Where the part ends that was asked for.
    private var limit = UInt64.max
    private var isAtEnd = false

    /// - Parameters:
    ///   - clusterSize: bytes.
    ///   - isSequential: whether each byte must come by once and in order, for a check sum of all.
    ///   - stagingMemory: bytes that may be kept of a file that can be read only once.
    init(_ decoding: StreamDecoding, clusterSize: UInt64, isSequential: Bool, stagingMemory: UInt64) {
        staged = StagedBytes(limit: stagingMemory)
        self.decoding = decoding
        self.isSequential = isSequential
        lookBehind = Int(Self.surelyKept(clusterSize)) + Self.step
        longest = max(1 << 20, Int(clusterSize) + 512)
        buffer = PageBuffer(length: lookBehind + longest + Self.step)
    }

    func open() throws {
        origin = try decoding.open()
    }

    /// The lowest place that can be read without going back, as far as is known.
    var reach: UInt64 { offersParts ? start : 0 }
    /// Whether going back, or far ahead, costs no more than a request, as far as is known.
    var offersParts: Bool { !isSequential && origin.length != nil && decoding.offersParts }

    /// Bytes of the file, where known.
    var fileLength: UInt64? { decoding.compression == .none ? origin.length : nil }
    /// Bytes received.
    var servedBytes: UInt64 { decoding.servedBytes }

    /// Bytes of the file from a place on: `count` of them, at most `longest`, or fewer where the file ends. They are
    /// there until the next call.
    func bytes(at offset: UInt64, count wanted: Int) throws -> UnsafeRawBufferPointer {
        let target = offset + UInt64(min(wanted, longest))
        if offset < start {
            guard offersParts else { return try stagedBytes(offset..<target) }
            try seek(offset, target)
        } else if target > end, end >= limit || (offersParts && offset > end + Self.shortestSkip) {
            try seek(offset > end + Self.shortestSkip ? offset : end, target)
        }
        while end < target, !isAtEnd { try load(keeping: min(offset, end), target) }
        guard offset < end else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        let first = Int(offset - start)
        return UnsafeRawBufferPointer(rebasing: buffer.bytes[first..<min(first + wanted, count)])
    }

    /// Says that bytes are needed no more.
    func release(_ range: Range<UInt64>) {
        if !offersParts, range.upperBound > start { staged.release(range) }
    }

    /// The bytes of a table, or as many as the file has of it.
    func table(_ table: TableExtent) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < table.range.count {
            let part = try self.bytes(
                at: table.range.lowerBound + UInt64(bytes.count), count: table.range.count - bytes.count)
            if part.isEmpty { break }
            bytes.append(contentsOf: part)
        }
        release(table.range)
        return bytes
    }

    /// Forgets what was read; the next bytes may be from anywhere.
    func restart() throws(QCOW2Refusal) {
        try requireWayBack()
        (start, count, limit, isAtEnd) = (0, 0, 0, false)
    }

    /// Reads to the end: for a check sum over all of it, and for what a compressed file says there about itself.
    func finish() throws {
        // Nothing is asked for any more.
        staged = StagedBytes(limit: 0)
        while isSequential || decoding.compression != .none, !isAtEnd { try load(keeping: end, .max) }
    }

    /// - Returns: bytes of the file.
    /// - Throws: `QCOW2Refusal.outOfOrder` when the file can only be read once, as far as is known without trying.
    @discardableResult private func requireWayBack() throws(QCOW2Refusal) -> UInt64 {
        if let onlyOnce { throw QCOW2Refusal.outOfOrder(reason: onlyOnce) }
        return origin.length ?? 0
    }

    private var end: UInt64 { start + UInt64(count) }

    private func load(keeping offset: UInt64, _ target: UInt64) throws {
        if end >= limit { try seek(end, target) }
        guard !isAtEnd else { return }
        if buffer.bytes.count - count < Self.step {
            let kept = max(min(count, lookBehind), Int(end - offset))
            if offersParts {
                wentByUnkept = true
            } else {
                staged.keepRest(of: UnsafeRawBufferPointer(rebasing: buffer.bytes[..<(count - kept)]), at: start)
            }
            let rest = UnsafeRawBufferPointer(rebasing: buffer.bytes[(count - kept)..<count])
            buffer.bytes.copyMemory(from: rest)
            start += UInt64(count - kept)
            count = kept
        }
        let room = Int(min(UInt64(Self.step), limit - end))
        let space = UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[count..<count + room])
        let loaded = try decoding.fill(space)
        count += loaded
        isAtEnd = loaded < room
    }

    /// Bytes that begin before the window, and may reach into it.
    ///
    /// - Returns: fewer where what follows was used before.
    private func stagedBytes(_ range: Range<UInt64>) throws -> UnsafeRawBufferPointer {
        let first = staged.bytes(at: range.lowerBound)
        if first.isEmpty {
            let reason = onlyOnce ?? ""
            if staged.isFull {
                throw QCOW2Refusal.outOfOrder(
                    reason: "\(reason), and there is no memory to keep more than \(staged.limit >> 20) MiB of it")
            }
            throw wentByUnkept
                ? QCOW2Refusal.outOfOrder(reason: reason)
                : QCOW2Refusal.damaged("two places of the disk share the bytes at \(range.lowerBound)")
        }
        if first.count >= range.count { return UnsafeRawBufferPointer(rebasing: first[..<range.count]) }
        let joined = self.joined ?? PageBuffer(length: longest)
        self.joined = joined
        var filled = 0
        while filled < range.count {
            let position = range.lowerBound + UInt64(filled)
            let part =
                position < start ? staged.bytes(at: position) : try bytes(at: position, count: range.count - filled)
            if part.isEmpty { break }
            let count = min(part.count, range.count - filled)
            UnsafeMutableRawBufferPointer(rebasing: joined.bytes[filled..<filled + count])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: part[..<count]))
            filled += count
        }
        return UnsafeRawBufferPointer(rebasing: joined.bytes[..<filled])
    }

    /// Why the file can be read only once; `nil` when it can be read in parts, as far as is known.
    var onlyOnce: String? {
        if offersParts { return nil }
        if isSequential { return Self.onePass }
        if decoding.compression != .none { return "it is compressed as a whole, by \(decoding.compression)" }
        return origin.length == nil
            ? "\(origin.name) does not say how long it is" : "\(origin.name) offers no parts of it (HTTP ranges)"
    }

    /// Goes to a place in the file; what was read last stays when it is the next.
    private func seek(_ offset: UInt64, _ target: UInt64) throws {
        let length = try requireWayBack()
        let last = isExact ? min(target, length) : length
        guard offset < last else {
            isAtEnd = true
            return
        }
        do {
            try decoding.seek(to: offset..<last)
        } catch let error as ImageSourceError {
            guard case .noParts(_, let reason) = error else { throw error }
            throw QCOW2Refusal.outOfOrder(reason: reason)
        }
        if offset != end { (start, count) = (offset, 0) }
        limit = last == length ? .max : last
        isAtEnd = false
    }
}
