/// The body of the call to `DEBUG_URL`: text, gzip-compressed, of at most 4 MiB.
struct DebugReport: Sendable {
    /// The bytes to send.
    let body: [UInt8]
    /// Whether they are compressed; they are not when there was no memory for it.
    let isGzip: Bool

    /// Compresses a report. One that comes out too large loses its middle: the first lines say what the machine is, the
    /// last ones what went wrong.
    init(_ text: String, limit: Int = 4 << 20) {
        var bytes = Array(text.utf8)
        while true {
            let packed = Gzip.compress(bytes)
            let candidate = packed ?? bytes
            if candidate.count <= max(limit, 256) {
                body = candidate
                isGzip = packed != nil
                return
            }
            // What is kept shrinks by half each time, so that this ends.
            let kept = bytes.count / 2
            let marker = Array("\n[... \(bytes.count - kept) bytes left out ...]\n".utf8)
            bytes = bytes.prefix(kept / 4) + marker + bytes.suffix(kept - kept / 4)
        }
    }
}
