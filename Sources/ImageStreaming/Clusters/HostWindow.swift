import Decompression
import ImageSources
import QCOW2

/// A qcow2 file as it streams in, with what was read last at hand, so that what lies a little out of order is no reason
/// to go back. For one thread.
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
    init(_ decoding: StreamDecoding, clusterSize: UInt64, isSequential: Bool) {
        self.decoding = decoding
        self.isSequential = isSequential
        lookBehind = Int(Self.surelyKept(clusterSize)) + Self.step
        longest = max(1 << 20, Int(clusterSize) + 512)
        buffer = PageBuffer(length: lookBehind + longest + Self.step)
    }

    func open() throws {
        origin = try decoding.open()
    }

    /// The lowest place that can be read without going back.
    var reach: UInt64 { start }
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
            try seek(offset, target)
        } else if target > end, end >= limit || (offersParts && offset > end + Self.shortestSkip) {
            try seek(offset > end + Self.shortestSkip ? offset : end, target)
        }
        while end < target, !isAtEnd { try load(keeping: min(offset, end), target) }
        guard offset < end else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        let first = Int(offset - start)
        return UnsafeRawBufferPointer(rebasing: buffer.bytes[first..<min(first + wanted, count)])
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
        return bytes
    }

    /// Forgets what was read; the next bytes may be from anywhere.
    func restart() throws(QCOW2Refusal) {
        try requireWayBack()
        (start, count, limit, isAtEnd) = (0, 0, 0, false)
    }

    /// Reads to the end: for a check sum over all of it, and for what a compressed file says there about itself.
    func finish() throws {
        while isSequential || decoding.compression != .none, !isAtEnd { try load(keeping: end, .max) }
    }

    /// - Returns: bytes of the file.
    /// - Throws: `QCOW2Refusal.outOfOrder` when the file can only be read once, as far as is known without trying.
    @discardableResult func requireWayBack() throws(QCOW2Refusal) -> UInt64 {
        guard !isSequential else {
            throw QCOW2Refusal.outOfOrder(reason: Self.onePass)
        }
        guard decoding.compression == .none else {
            throw QCOW2Refusal.outOfOrder(reason: "it is compressed as a whole, by \(decoding.compression)")
        }
        guard let length = origin.length else {
            throw QCOW2Refusal.outOfOrder(reason: "\(origin.name) does not say how long it is")
        }
        return length
    }

    private var end: UInt64 { start + UInt64(count) }

    private func load(keeping offset: UInt64, _ target: UInt64) throws {
        if end >= limit { try seek(end, target) }
        guard !isAtEnd else { return }
        if buffer.bytes.count - count < Self.step {
            let kept = max(min(count, lookBehind), Int(end - offset))
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
