import Hummingbird
import LinuxSystem
import NIOCore
import NIOPosix

/// Answers GET and HEAD for a file: ranges, conditions, and a body that is read as fast as the peer takes it.
struct FileResponse {
    let file: ServedFile
    let name: String
    let counters: ServerCounters

    func response(to request: Request) -> Response {
        var headers: HTTPFields = [
            .contentType: Self.mediaType(of: name), .acceptRanges: "bytes", .eTag: file.entityTag,
        ]
        if let condition = request.headers[.ifNoneMatch], Self.matches(condition, file.entityTag) {
            return Response(status: .notModified, headers: headers)
        }
        // A range of a file that has changed since would be glued to the wrong front half (RFC 9110 13.1.5).
        let ifRange = request.headers[.ifRange]
        let isCurrent = ifRange == nil || ifRange == file.entityTag
        let range: Range<UInt64>
        let status: HTTPResponse.Status
        switch ByteRange(isCurrent ? request.headers[.range] : nil, size: file.size) {
        case .whole:
            range = 0..<file.size
            status = .ok
        case .part(let part):
            range = part
            status = .partialContent
            headers[.contentRange] = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(file.size)"
        case .unsatisfiable:
            headers[.contentRange] = "bytes */\(file.size)"
            headers[.contentType] = nil
            return Response(status: .rangeNotSatisfiable, headers: headers)
        }
        let response = Response(status: status, headers: headers, body: body(range))
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func body(_ range: Range<UInt64>) -> ResponseBody {
        let file = file
        let counters = counters
        return ResponseBody(contentLength: Int(clamping: range.count)) { writer in
            var offset = range.lowerBound
            while offset < range.upperBound {
                let count = Int(min(UInt64(Self.chunk), range.upperBound - offset))
                let position = offset
                let bytes = try await NIOThreadPool.singleton.runIfActive {
                    try file.descriptor.readBytes(count: count, at: position)
                }
                // The length was promised: a file that shrinks ends the connection, so that the peer can tell.
                guard bytes.count == count else { throw FileShrank(name: file.descriptor.name) }
                try await writer.write(ByteBuffer(bytes: bytes))
                counters.count(fileBytes: count)
                offset += UInt64(count)
            }
            try await writer.finish(nil)
        }
    }

    private struct FileShrank: Error {
        let name: String
    }

    private static let chunk = 512 << 10

    /// Weak comparison of an `If-None-Match` list with a tag (RFC 9110 13.1.2).
    private static func matches(_ list: String, _ tag: String) -> Bool {
        list.split(separator: ",").contains { candidate in
            let bare = candidate.filter { $0 != " " }
            return bare == "*" || bare == tag || bare == "W/\(tag)"
        }
    }

    private static func mediaType(of name: String) -> String {
        let isText = [".txt", ".ipxe", ".sha256", ".sha512"].contains { name.hasSuffix($0) } || name.hasSuffix("SUMS")
        return isText ? "text/plain; charset=utf-8" : "application/octet-stream"
    }
}
