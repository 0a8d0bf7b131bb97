import Decompression
import LinuxSystem
import QCOW2

/// Some of the disk's bytes on their way into a buffer: what a qcow2 file has as it is lies there already, and what it has
/// compressed is decoded into it.
///
/// `@unchecked`: it is filled by one thread, and then belongs to the one that decodes.
final class ClusterBatch: @unchecked Sendable {
    private struct PackedCluster {
        /// Where it is in the file.
        let host: UInt64
        let input: Range<Int>
        let output: Range<Int>
    }

    let buffer: PageBuffer
    /// Where its first byte belongs on the disk.
    let offset: UInt64
    /// Bytes of the disk.
    private(set) var count = 0
    private var clusters: [PackedCluster] = []
    private var input: [UInt8]
    private let spareInputs: SpareInputs

    init(_ buffer: PageBuffer, at offset: UInt64, _ spareInputs: SpareInputs) {
        self.buffer = buffer
        self.offset = offset
        self.spareInputs = spareInputs
        input = spareInputs.take()
    }

    /// Bytes that there is still room for.
    var room: Int { input.count < SpareInputs.length ? buffer.bytes.count - count : 0 }
    /// Where the next byte belongs on the disk.
    var end: UInt64 { offset + UInt64(count) }

    /// Adds bytes as far as there is room.
    ///
    /// - Returns: how many.
    func add(_ bytes: UnsafeRawBufferPointer) -> Int {
        let used = min(room, bytes.count)
        UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[count...])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<used]))
        count += used
        return used
    }

    /// Adds a cluster, for which there is room.
    ///
    /// - Parameters:
    ///   - size: bytes that come out.
    ///   - length: bytes of them that belong to the disk, which may end within a cluster.
    func add(packed: UnsafeRawBufferPointer, host: UInt64, size: Int, length: Int) {
        let start = input.count
        input += packed
        clusters.append(PackedCluster(host: host, input: start..<input.count, output: count..<count + size))
        count += length
    }

    /// Decodes all clusters into the buffer.
    ///
    /// - Throws: `QCOW2Refusal.badCluster`.
    func decode(by decoder: ClusterDecoder) throws(QCOW2Refusal) {
        for cluster in clusters {
            let output = UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[cluster.output])
            let fault = input.withUnsafeBytes { input in
                do throws(ClusterFault) {
                    try decoder.decode(UnsafeRawBufferPointer(rebasing: input[cluster.input]), into: output)
                    return nil as ClusterFault?
                } catch {
                    return error
                }
            }
            if let fault { throw .badCluster(offset: cluster.host, reason: fault.reason) }
        }
        clusters = []
        spareInputs.give(input)
        input = []
    }
}

/// Memory for compressed clusters, used again for batch after batch.
final class SpareInputs: Sendable {
    /// Bytes after which a batch takes no more.
    static let length = 1 << 20
    private let arrays = Monitor<[[UInt8]]>([])

    /// An empty array, with memory.
    func take() -> [UInt8] {
        if let array = arrays.update({ $0.popLast() }) { return array }
        var array: [UInt8] = []
        array.reserveCapacity(Self.length + (64 << 10))
        return array
    }

    func give(_ array: consuming [UInt8]) {
        array.removeAll(keepingCapacity: true)
        let empty = array
        arrays.update { $0.append(empty) }
    }
}

extension ClusterDecoder {
    /// A decoder for the clusters of a file.
    ///
    /// - Throws: `QCOW2Refusal.badCluster` when there is not enough memory.
    convenience init(for header: QCOW2Header) throws(QCOW2Refusal) {
        do throws(ClusterFault) {
            try self.init(header.compression == .zstd ? .zstd : .deflate)
        } catch {
            throw .badCluster(offset: 0, reason: error.reason)
        }
    }
}
