import Diagnostics
import LinuxSystem

/// An http or https server that takes the image by PUT, or by POST as the file of a form.
public final class HTTPImageDestination: ImageDestination {
    /// How the image is sent.
    public enum Method: Sendable {
        /// The image is the body of a PUT; its check sum follows by a PUT to the URL with `.sha256` behind its path.
        case put
        /// The image is the file `BootyImage` of a form (RFC 7578), as the Go agent's server takes it.
        case form
    }

    private let location: HTTPLocation
    private let fileName: String
    private let options: HTTPOptions
    /// A form from the moment on that the server has refused a PUT.
    private let method: Monitor<Method>

    /// The URL, masked.
    public var name: String { location.masked }

    /// - Parameters:
    ///   - fileName: what the image is called in a form.
    ///   - method: how the image is sent; a server that does not know PUT (405, 501) gets a form after it.
    public init(_ location: HTTPLocation, fileName: String, method: Method = .put, options: HTTPOptions) {
        self.location = location
        self.fileName = fileName
        self.options = options
        self.method = Monitor(method)
    }

    /// One upload.
    public func makeSink() -> any ImageSink {
        let method = method.update { $0 }
        return HTTPImageSink(location, fileName: fileName, isForm: method == .form, options: options) { [self] in
            self.method.update { $0 = .form }
        }
    }
}

/// `@unchecked`: all but `cancel()` is called from one thread, and `HTTPUploads` is thread-safe.
private final class HTTPImageSink: ImageSink, @unchecked Sendable {
    /// Bytes handed to the connection at once: so many at least must pass in the time that is a stall.
    private static let pieceLength = 64 << 10

    private let location: HTTPLocation
    private let form: UploadForm?
    private let options: HTTPOptions
    private let uploads: HTTPUploads
    private let putRefused: @Sendable () -> Void
    private var upload: HTTPUpload?
    private var sent: UInt64 = 0

    init(
        _ location: HTTPLocation, fileName: String, isForm: Bool, options: HTTPOptions,
        putRefused: @escaping @Sendable () -> Void
    ) {
        self.location = location
        self.options = options
        self.putRefused = putRefused
        form = isForm ? UploadForm(fileName: fileName) : nil
        uploads = HTTPUploads(options: options)
    }

    func open() throws {
        try explained {
            let upload = try uploads.begin(
                location, method: form == nil ? .PUT : .POST, contentType: form?.contentType ?? "application/zstd")
            self.upload = upload
            if let form { try form.beginning.withUnsafeBytes { try send($0, over: upload) } }
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        try explained {
            guard let upload else { throw ImageDestinationError.cancelled }
            var rest = bytes[...]
            while !rest.isEmpty {
                let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(Self.pieceLength))
                try send(piece, over: upload)
                rest = rest.dropFirst(piece.count)
                sent += UInt64(piece.count)
            }
        }
    }

    func finish(digest: String) throws {
        try explained {
            guard let upload else { throw ImageDestinationError.cancelled }
            if let form { try form.end.withUnsafeBytes { try send($0, over: upload) } }
            try upload.finish()
        }
        upload = nil
        // The Go agent's server keeps one file for each form, and knows nothing of check sums.
        if form == nil { try sendChecksum(digest) }
    }

    func cancel() {
        uploads.cancel()
    }

    func close() {
        upload = nil
        uploads.close()
    }

    /// Lays the check sum beside the image. A server that does not take it has the image all the same.
    private func sendChecksum(_ digest: String) throws {
        do {
            let place = try location.appending(".sha256")
            let upload = try uploads.begin(place, method: .PUT, contentType: "text/plain")
            let line = Self.checksumLine(digest, fileName: location.lastComponent)
            try Array(line.utf8).withUnsafeBytes { try send($0, over: upload) }
            try upload.finish()
        } catch ImageDestinationError.cancelled {
            throw ImageDestinationError.cancelled
        } catch {
            options.notice("the image's checksum could not be laid beside it: \(error.explanation)")
        }
    }

    private func send(_ bytes: UnsafeRawBufferPointer, over upload: HTTPUpload) throws {
        try upload.write(bytes)
    }

    /// Tells where in the image an upload failed, and learns that a server knows no PUT.
    private func explained(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch ImageDestinationError.stalled(let url, _, let seconds) {
            throw ImageDestinationError.stalled(url, offset: sent, seconds: seconds)
        } catch ImageDestinationError.interrupted(let url, _, let reason) {
            throw ImageDestinationError.interrupted(url, offset: sent, reason: reason)
        } catch ImageDestinationError.refused(let url, let code, _, _) where form == nil && (code == 405 || code == 501)
        {
            putRefused()
            throw ImageDestinationError.wantsForm(url, code: code)
        }
    }
}

/// A form with one file (RFC 7578), as text before and after its bytes.
struct UploadForm {
    private let boundary = "martlet-\(UInt64.random(in: .min ... .max))-\(UInt64.random(in: .min ... .max))"
    private let fileName: String

    init(fileName: String) {
        // Nothing that could end the quotes or the line.
        self.fileName = String(
            fileName.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "_" })
    }

    var contentType: String { "multipart/form-data; boundary=\(boundary)" }

    var beginning: [UInt8] {
        Array(
            ("--\(boundary)\r\nContent-Disposition: form-data; name=\"BootyImage\"; filename=\"\(fileName)\"\r\n"
                + "Content-Type: application/octet-stream\r\n\r\n").utf8)
    }

    var end: [UInt8] { Array("\r\n--\(boundary)--\r\n".utf8) }
}
