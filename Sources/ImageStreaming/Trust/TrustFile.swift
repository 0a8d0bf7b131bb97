import Diagnostics
import ImageSources

/// A small file that says what an image has to be: a list of check sums, or a signature.
struct TrustFile {
    /// Its location without secrets.
    let name: String
    /// Its bytes.
    let bytes: [UInt8]

    /// How long it may take to come.
    private static let patience = Duration.seconds(60)

    /// Fetches a file.
    ///
    /// - Parameters:
    ///   - location: an http or https URL, or a path.
    ///   - images: the image's mirrors.
    ///   - limit: bytes that it may have.
    /// - Throws: `ImageSourceError`, `TrustFileError`, `SystemCallError`; `CancellationError` when the task was cancelled.
    init(
        _ location: String, beside images: [String], limit: Int, within time: Duration = patience, options: HTTPOptions
    ) async throws {
        let source = try MirroredImageSource(
            locations: [location], options: options.forFile(at: location, beside: images))
        let name = source.name
        let stream = source.makeStream()
        bytes = try await withThrowingTaskGroup(of: [UInt8].self) { group in
            group.addTask {
                try await blockingWork("fetch", cancel: { stream.cancel() }) { try Self.read(stream, limit, name) }
            }
            group.addTask {
                try await Task.sleep(for: time)
                throw TrustFileError.slow(name, seconds: Int(time.components.seconds))
            }
            defer { group.cancelAll() }
            guard let bytes = try await group.next() else { throw CancellationError() }
            return bytes
        }
        self.name = name
    }

    private static func read(_ stream: any ImageStream, _ limit: Int, _ name: String) throws -> [UInt8] {
        defer { stream.close() }
        _ = try stream.open()
        var bytes: [UInt8] = []
        while try stream.withNextChunk({ bytes.append(contentsOf: $0) }) {
            guard bytes.count <= limit else { throw TrustFileError.tooLong(name, limit: limit) }
        }
        return bytes
    }
}

/// A file that says what an image has to be cannot be used.
public enum TrustFileError: ExplainedError, Equatable {
    /// It has more bytes than such a file can have.
    case tooLong(String, limit: Int)
    /// It did not come in so many seconds.
    case slow(String, seconds: Int)

    /// One sentence without a final full stop.
    public var description: String {
        switch self {
        case .tooLong(let name, let limit):
            "\(name) is no list of check sums and no signature: it has more than \(limit) bytes"
        case .slow(let name, let seconds): "\(name) has not come in \(seconds) s"
        }
    }

    /// What to try.
    public var advice: String {
        switch self {
        case .tooLong: "check the URL"
        case .slow: "check the network between this machine and the server, then retry"
        }
    }
}
