import Decompression
import DiskImages
import ImageSources
import QCOW2

/// The start of an image, decoded; of one in a qcow2 file, the start of the disk.
struct ImageHead: Sendable {
    let origin: ImageOrigin
    let compression: Compression
    let bytes: [UInt8]
    let decoderMemory: UInt64
    /// What holds the disk, if it is not the image itself.
    let container: ClusterContainer?
    /// Bytes of the image, where known.
    let imageSize: UInt64?

    /// Opens a stream and decodes its first `length` bytes, or all when there are fewer.
    init(reading length: Int, of stream: any ImageStream) throws {
        let decoding = StreamDecoding(stream, limits: .ofHead)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: length, alignment: 4096)
        defer { buffer.deallocate() }
        origin = try decoding.open()
        let count = try decoding.fill(buffer)
        bytes = Array(buffer[..<count])
        compression = decoding.compression
        decoderMemory = decoding.declaredMemory
        container = nil
        imageSize = compression == .none ? origin.length : nil
        if let length = imageSize, decoding.offersParts, DiskImageFormat(head: bytes) == .rawDisk {
            try Self.requireNoFooter(decoding, length)
        }
    }

    /// Where the end cannot be had by itself the writer looks at it.
    ///
    /// - Throws: `DiskImageRefusal` of a fixed VHD, which begins like a raw disk.
    private static func requireNoFooter(_ decoding: StreamDecoding, _ length: UInt64) throws {
        let footerLength = UInt64(FixedVHD.footerLength)
        guard length > footerLength else { return }
        do {
            try decoding.seek(to: length - footerLength..<length)
            let footer = try decoding.read(FixedVHD.footerLength)
            if FixedVHD.isFooter(footer) { throw DiskImageRefusal(format: .vhd) }
        } catch let error as ImageSourceError where error != .cancelled {
            return
        }
    }

    /// Opens a stream over a qcow2 file and reads the first `length` bytes of its disk, or all when there are fewer.
    ///
    /// - Parameters:
    ///   - file: the file's start.
    ///   - sectorSize: bytes of a sector of the disk that it is meant for.
    ///   - isReadOnce: whether the writer will read the file only once, from its start to its end.
    ///   - stagingMemory: bytes that may be kept of a file that can be read only once.
    init(
        reading length: Int, of file: ImageHead, sectorSize: Int, isReadOnce: Bool, stagingMemory: UInt64,
        _ stream: any ImageStream
    ) throws {
        let header = try QCOW2Header(
            head: Array(file.bytes.prefix(QCOW2Header.headLength)), fileLength: file.imageSize)
        guard header.unit % UInt64(sectorSize) == 0 else {
            throw QCOW2Refusal.smallClusters(header.unit, sectorSize: sectorSize)
        }
        let decoding = StreamDecoding(stream, limits: .ofHead)
        // Any of several mirrors may be a layer.
        let isReadOnce = isReadOnce || decoding.isProvenAtItsEnd
        let window = HostWindow(
            decoding, clusterSize: header.clusterSize, isSequential: false, stagingMemory: stagingMemory)
        try window.open()
        let start = file.bytes.prefix(window.longest)
        guard try window.bytes(at: 0, count: start.count).elementsEqual(start) else {
            throw ImageWriteError.imageChanged(window.origin.name)
        }
        var head = [UInt8](repeating: 0, count: Int(min(UInt64(length), header.virtualSize)))
        let decoder = try ClusterDecoder(for: header)
        let batches = ClusterBatches(take: { PageBuffer() }) { batch in
            guard batch.offset < UInt64(head.count) else { return }
            try batch.decode(by: decoder)
            let place = Int(batch.offset)..<min(Int(batch.offset) + batch.count, head.count)
            head.replaceSubrange(place, with: UnsafeRawBufferPointer(rebasing: batch.buffer.bytes[..<place.count]))
        }
        var walk = ClusterWalk(header, first: UInt64(length), window: window, batches: batches, zeros: { _ in })
        try walk.run(tablesFirst: window.offersParts)
        if isReadOnce, window.offersParts, window.fileLength ?? .max > stagingMemory {
            try Self.requireOrder(header, window)
        }
        origin = window.origin
        compression = decoding.compression
        bytes = head
        decoderMemory = decoding.declaredMemory
        container = ClusterContainer(
            header: header, head: Array(start), onlyOnce: isReadOnce ? HostWindow.onePass : window.onlyOnce)
        imageSize = header.virtualSize
    }
    /// Reads all tables of a file that parts can be had of, and nothing else.
    ///
    /// - Throws: `QCOW2Refusal.outOfOrder` when one pass over the file does not do. Where the file cannot be looked at in
    ///   parts the writer finds out, and leaves a disk that nothing boots.
    private static func requireOrder(_ header: QCOW2Header, _ window: HostWindow) throws {
        var order = TableOrder(header, fileLength: window.fileLength)
        window.isExact = true
        while let table = try order.next() {
            let bytes = try window.table(table)
            guard try order.take(bytes, of: table, window: HostWindow.surelyKept(header.clusterSize)) else {
                throw QCOW2Refusal.outOfOrder(reason: HostWindow.onePass)
            }
        }
    }
}

extension Decompressor.Limits {
    /// For the start of an image: threads would decode, and fetch, far more than that.
    fileprivate static let ofHead = Decompressor.Limits(threads: 1)
}
