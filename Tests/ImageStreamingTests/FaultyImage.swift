import HTTPTestKit

/// An image on a server that fails in one way or another.
struct FaultyImage: Sendable {
    let bytes: [UInt8]
    /// What proves that the image is still the same; none where it is empty.
    var validator = "ETag: \"v1\""
    /// Whether the server knows Range.
    var hasRanges = true
    /// Where an answer that begins before breaks off.
    var cut: Int?
    /// Bytes that an answer has less or more than it announces.
    var lie = 0
    /// What follows where an answer breaks off.
    var end: [FaultServer.Action] = []

    /// The answer to a request, as far as nothing is wrong with it.
    func answer(_ request: FaultServer.Request) -> [FaultServer.Action] {
        let range = hasRanges ? request.fields["range"].flatMap(parsed) : nil
        let part = range ?? 0..<bytes.count
        guard part.lowerBound < bytes.count else {
            return [head("416 Range Not Satisfiable", "Content-Length: 0")]
        }
        var fields = ["Content-Length: \(part.count + lie)"]
        if !validator.isEmpty { fields.append(validator) }
        if hasRanges { fields.append("Accept-Ranges: bytes") }
        if range != nil {
            fields.append("Content-Range: bytes \(part.lowerBound)-\(part.upperBound - 1)/\(bytes.count + lie)")
        }
        let all = head(range == nil ? "200 OK" : "206 Partial Content", fields.joined(separator: "\r\n"))
        guard let cut, part.contains(cut), part.lowerBound < cut else { return [all, .send(Array(bytes[part]))] }
        return [all, .send(Array(bytes[part.lowerBound..<cut]))] + end
    }

    /// All of it in chunks of HTTP/1.1, without its length.
    ///
    /// - Parameter isWhole: whether the last chunk comes.
    func chunks(isWhole: Bool = true) -> [FaultServer.Action] {
        let end = cut ?? bytes.count
        var actions = [head("200 OK", "Transfer-Encoding: chunked")]
        for start in stride(from: 0, to: end, by: 1 << 20) {
            let chunk = bytes[start..<min(start + 1 << 20, end)]
            actions.append(.send(Array("\(String(chunk.count, radix: 16))\r\n".utf8) + chunk + [13, 10]))
        }
        return actions + (isWhole ? [.send(Array("0\r\n\r\n".utf8))] : [])
    }

    /// A range of `bytes=0-` or `bytes=0-9`.
    private func parsed(_ field: String) -> Range<Int>? {
        let ends = field.dropFirst(6).split(separator: "-").compactMap { Int($0) }
        guard let first = ends.first else { return nil }
        return min(first, bytes.count)..<(ends.count > 1 ? min(ends[1] + 1, bytes.count) : bytes.count)
    }
}
