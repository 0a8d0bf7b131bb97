import Decompression
import ImageSources
import TarArchive

/// A layer's bytes; of a layer that is an archive with one file in it, compressed or not, those of the file.
///
/// `@unchecked`: all but `cancel()` is called from one thread.
final class LayerStream: ImageStream, @unchecked Sendable {
    private static let chunkLength = 256 << 10
    /// A shorter file is no image of a disk, not even a compressed one.
    private static let leastDisk: UInt64 = 64 << 10

    private let served: ServedLayer
    private let limits: Decompressor.Limits
    /// Undoes the compression of an archive.
    private var decoding: StreamDecoding?
    private var archive: TarReader?
    private var name = ""
    private var file = ""

    /// - Parameters:
    ///   - limits: what decoding may cost.
    ///   - onServed: sees the layer's bytes as served, in order.
    init(
        _ layer: any ImageStream, limits: Decompressor.Limits,
        onServed: @escaping (UnsafeRawBufferPointer) throws -> Void
    ) {
        self.limits = limits
        served = ServedLayer(layer, onServed: onServed)
    }

    var isLayer: Bool { served.layer.isLayer }
    var offersParts: Bool { archive == nil && served.layer.offersParts }
    /// Memory that decoding what is around the archive needs, in bytes.
    var declaredMemory: UInt64 { decoding?.declaredMemory ?? 0 }

    func open() throws -> ImageOrigin {
        let origin = try served.layer.open()
        guard served.layer.isLayer else { return origin }
        name = origin.name
        let decoding = StreamDecoding(served, limits: limits)
        let head = try decoding.read(TarReader.headLength)
        guard TarReader.isArchive(head: head) else { return origin }
        served.keepsBytes = false
        self.decoding = decoding
        var archive = TarReader(head: head) { try decoding.read($0) }
        while let entry = try archive.next() {
            switch entry.kind {
            case .directory: continue
            case .file where entry.size >= Self.leastDisk:
                self.archive = archive
                file = entry.name
                return ImageOrigin(name: name, length: entry.size)
            case .file, .special: throw LayerRefusal.fileSystem(name, first: entry.name)
            }
        }
        throw LayerRefusal.empty(name)
    }

    func withNextChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Bool {
        guard archive != nil else { return try served.withKeptOrNextChunk(body) }
        let bytes = try archive?.bytes(Self.chunkLength) ?? []
        guard bytes.isEmpty else {
            try bytes.withUnsafeBytes(body)
            return true
        }
        while let entry = try archive?.next() {
            guard entry.kind == .directory else { throw LayerRefusal.several(name, file, entry.name) }
        }
        return false
    }

    func seek(to part: Range<UInt64>) throws {
        guard archive == nil else { throw ImageSourceError.noParts(name, reason: "it lies in an archive") }
        served.forget()
        try served.layer.seek(to: part)
    }

    var resumes: Int { served.layer.resumes }
    func cancel() { served.layer.cancel() }
    func close() { served.layer.close() }
}

/// A layer as served, which gives its first bytes twice: to find out what it is, and then to use them.
private final class ServedLayer: ImageStream, @unchecked Sendable {
    let layer: any ImageStream
    /// Whether what is read is kept, to be given once more.
    var keepsBytes = true {
        didSet { if !keepsBytes { kept = [] } }
    }
    private let onServed: (UnsafeRawBufferPointer) throws -> Void
    private var kept: [[UInt8]] = []

    init(_ layer: any ImageStream, onServed: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        self.layer = layer
        self.onServed = onServed
    }

    func open() throws -> ImageOrigin { try layer.open() }

    func withNextChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Bool {
        try layer.withNextChunk { chunk in
            try onServed(chunk)
            if keepsBytes { kept.append(Array(chunk)) }
            try body(chunk)
        }
    }

    /// Gives what was kept, and after that what comes.
    func withKeptOrNextChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Bool {
        guard kept.isEmpty else {
            try kept.removeFirst().withUnsafeBytes(body)
            return true
        }
        if keepsBytes { keepsBytes = false }
        return try withNextChunk(body)
    }

    func forget() { keepsBytes = false }
    func cancel() { layer.cancel() }
    func close() { layer.close() }
}
