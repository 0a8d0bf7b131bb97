import Diagnostics
import FoundationEssentials
import LinuxSystem
import NIOHTTP1
import OCIReferences

/// Asks a registry for the one layer of an image.
final class OCIRequests: ImageRequests {
    private struct State {
        var server: HTTPLocation?
        var authorization: Secret<String>?
    }

    /// How many indexes may lie in each other.
    private static let mostIndexes = 3
    private let reference: OCIReference
    private let options: HTTPOptions
    private let connections: HTTPConnections
    private let found: Monitor<OCILayer?>
    private let state = Monitor(State())

    /// - Parameter found: the layer, once it is known.
    init(_ reference: OCIReference, options: HTTPOptions, found: Monitor<OCILayer?>) {
        self.reference = reference
        self.options = options
        self.found = found
        connections = HTTPConnections(options)
    }

    var name: String { reference.description }
    var layer: OCILayer? { found.update { $0 } }

    func get(from offset: UInt64, to limit: UInt64?, validator: String?) throws -> HTTPAnswer {
        let layer = try layer ?? resolve()
        return try registryAnswer(
            "blobs/\(layer.digest)", HTTPHeaders(from: offset, to: limit, validator: validator))
    }

    func pause(_ time: Duration) throws(ImageSourceError) { try connections.pause(time) }
    func cancel() { connections.cancel() }
    func close() { connections.close() }

    /// Finds the layer: by the manifest, or by an index and the manifest that it has for this machine.
    private func resolve() throws -> OCILayer {
        var wanted = reference.digest
        for _ in 0...Self.mostIndexes {
            let answer = try registryAnswer(
                "manifests/\(wanted?.description ?? reference.tag)",
                ["Accept": OCIManifest.mediaTypes.joined(separator: ", ")])
            guard let bytes = try answer.body(upTo: OCIManifest.limit, within: options.stallTimeout, name) else {
                throw ImageSourceError.noDiskImage(
                    name, holds: "a manifest of more than \(OCIManifest.limit >> 20) MiB")
            }
            if let wanted, OCIDigest(of: bytes) != wanted {
                throw ImageSourceError.damaged(
                    name, part: "manifest", digest: OCIDigest(of: bytes).description, wanted: wanted.description)
            }
            let type = answer.head.headers.first(name: "Content-Type")
            let manifest = try OCIManifest(bytes, contentType: type, name: name)
            if let next = try manifest.next(for: OCIManifest.machine, name: name) {
                wanted = next
                continue
            }
            let layer = try manifest.layer(name: name)
            found.update { $0 = layer }
            return layer
        }
        throw ImageSourceError.noDiskImage(name, holds: "indexes of indexes")
    }

    /// An answer with the status 200 or 206 for a path of the repository.
    private func registryAnswer(_ path: String, _ headers: HTTPHeaders) throws -> HTTPAnswer {
        let (first, place) = try send(path, headers)
        guard first.head.status == .unauthorized, place.origin == state.update({ $0.server })?.origin else {
            return try accepted(first, place)
        }
        first.task.cancel()
        let access = RegistryAccess(reference, options: options, connections: connections)
        let authorization = try access.authorization(for: first.head.headers)
        state.update { $0.authorization = authorization }
        let (answer, target) = try send(path, headers)
        return try accepted(answer, target)
    }

    private func accepted(_ answer: HTTPAnswer, _ place: HTTPLocation) throws -> HTTPAnswer {
        switch answer.head.status {
        case .ok, .partialContent: return answer
        default: throw answer.registryError(name, place, within: options.stallTimeout)
        }
    }

    private func send(_ path: String, _ headers: HTTPHeaders) throws -> (answer: HTTPAnswer, place: HTTPLocation) {
        if let server = state.update({ $0.server }) { return try send(to: server, path, headers) }
        let secure = try HTTPLocation("https://\(reference.server)/v2/\(reference.repository)/")
        do {
            return try send(to: secure, path, headers)
        } catch ImageSourceError.unreachable(let url, let reason) where options.allowsPlainHTTP(to: secure) {
            do {
                return try send(
                    to: try HTTPLocation("http://\(reference.server)/v2/\(reference.repository)/"), path, headers)
            } catch ImageSourceError.unreachable {
                throw ImageSourceError.unreachable(url, reason: reason)
            }
        } catch ImageSourceError.unreachable(let url, let reason) {
            throw ImageSourceError.unreachable(
                url, reason: "\(reason); plain http is tried only with INSECURE_TRANSPORT=true")
        }
    }

    private func send(
        to server: HTTPLocation, _ path: String, _ headers: HTTPHeaders
    ) throws -> (answer: HTTPAnswer, place: HTTPLocation) {
        let location = try HTTPLocation(server.url.absoluteString + path)
        let authorization = state.update { $0.authorization }
        let answer = try connections.get(location, headers) { [options] place in
            guard place.origin == server.origin else { return [:] }
            var headers = options.originHeaders
            if let authorization { headers.replaceOrAdd(name: "Authorization", value: authorization.revealed) }
            return headers
        }
        // Only a server that has answered is the one to ask from now on.
        state.update { $0.server = server }
        return answer
    }
}

extension HTTPOptions {
    /// Whether a registry, or its token server, may be asked without TLS: what stays on this machine, and what the
    /// operator allows.
    func allowsPlainHTTP(to location: HTTPLocation) -> Bool {
        allowsInsecureTransport || location.origin.isLoopback
    }
}
