import Diagnostics
import LinuxSystem

/// Several mirrors of one image: the first that can be opened is read.
public struct MirroredImageSource: ImageSource {
    private let mirrors: [any ImageSource]

    /// The mirrors' names.
    public var name: String { mirrors.map(\.name).joined(separator: ", ") }

    /// Mirrors in order of preference.
    public init(_ mirrors: [any ImageSource]) {
        self.mirrors = mirrors
    }

    /// Mirrors at locations in order of preference: http and https URLs, file URLs and paths.
    ///
    /// - Throws: `ImageSourceError.invalidLocation` for the first that is none.
    public init(locations: [String], options: HTTPOptions = HTTPOptions()) throws(ImageSourceError) {
        var mirrors: [any ImageSource] = []
        for text in locations {
            switch try ImageLocation(text) {
            case .http(let location): mirrors.append(HTTPImageSource(location, options: options))
            case .file(let path): mirrors.append(FileImageSource(path))
            }
        }
        self.mirrors = mirrors
    }

    /// One pass over one of the mirrors.
    public func makeStream() -> any ImageStream {
        MirroredImageStream(mirrors.map { $0.makeStream() })
    }
}

/// `@unchecked`: all but `cancel()` is called from one thread; `candidates` never changes.
private final class MirroredImageStream: ImageStream, @unchecked Sendable {
    private let candidates: [any ImageStream]
    private var chosen: (any ImageStream)?

    init(_ candidates: [any ImageStream]) {
        self.candidates = candidates
    }

    func open() throws -> ImageOrigin {
        var failures: [any Error] = []
        for candidate in candidates {
            do {
                let origin = try candidate.open()
                chosen = candidate
                return origin
            } catch ImageSourceError.cancelled {
                throw ImageSourceError.cancelled
            } catch {
                failures.append(error)
            }
        }
        if failures.count == 1, let only = failures.first { throw only }
        throw ImageSourceError.noMirror(failures.map(\.explanation))
    }

    func withNextChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Bool {
        guard let chosen else { throw ImageSourceError.cancelled }
        return try chosen.withNextChunk(body)
    }

    func cancel() {
        for candidate in candidates { candidate.cancel() }
    }

    func close() {
        for candidate in candidates { candidate.close() }
    }
}
