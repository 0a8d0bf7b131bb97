import NIOHTTP1

/// Asks an http or https server for one image.
struct HTTPImageRequests: ImageRequests {
    private let location: HTTPLocation
    private let options: HTTPOptions
    private let connections: HTTPConnections

    init(_ location: HTTPLocation, options: HTTPOptions) {
        self.location = location
        self.options = options
        connections = HTTPConnections(options)
    }

    var name: String { location.masked }
    var layer: OCILayer? { nil }

    func get(from offset: UInt64, to limit: UInt64?, validator: String?) throws -> HTTPAnswer {
        var headers = HTTPHeaders(from: offset, to: limit, validator: validator)
        headers.add(name: "Accept", value: "*/*")
        let (answer, place) = try connections.get(location, headers, credentials: credentials)
        switch answer.head.status {
        case .ok, .partialContent: return answer
        default:
            answer.task.cancel()
            throw ImageSourceError.status(
                place.masked, code: Int(answer.head.status.code), phrase: answer.head.status.reasonPhrase)
        }
    }

    func pause(_ time: Duration) throws(ImageSourceError) { try connections.pause(time) }
    func cancel() { connections.cancel() }
    func close() { connections.close() }

    /// Credentials go to the origin they were given for.
    private func credentials(_ place: HTTPLocation) -> HTTPHeaders {
        guard place.origin == location.origin else { return [:] }
        var headers = options.originHeaders
        if let credentials = place.credentials ?? location.credentials, !headers.contains(name: "Authorization") {
            headers.add(name: "Authorization", value: basicAuthorization(credentials))
        }
        return headers
    }
}

extension HTTPHeaders {
    /// What asks for a part of an image, or for all of it.
    init(from offset: UInt64, to limit: UInt64?, validator: String?) {
        self.init()
        guard offset > 0 || limit != nil else { return }
        let lastByte = limit.map { "\(Swift.max($0, offset + 1) - 1)" } ?? ""
        add(name: "Range", value: "bytes=\(offset)-\(lastByte)")
        if let validator { add(name: "If-Range", value: validator) }
    }
}

extension HTTPOptions {
    /// The fields that the origin of an image is sent with every request.
    var originHeaders: HTTPHeaders {
        var headers = HTTPHeaders()
        for field in self.headers.revealed { headers.replaceOrAdd(name: field.name, value: field.value) }
        return headers
    }
}
