import Diagnostics
import FoundationEssentials
import NIOHTTP1
import OCIReferences

/// Finds out by what a registry lets an image be read (Docker Registry v2 authentication, "Token Authentication
/// Specification").
struct RegistryAccess {
    private struct Token: Decodable {
        let token: String?
        let access_token: String?
    }

    private static let longestAnswer = 256 << 10
    private let reference: OCIReference
    private let options: HTTPOptions
    private let connections: HTTPConnections

    init(_ reference: OCIReference, options: HTTPOptions, connections: HTTPConnections) {
        self.reference = reference
        self.options = options
        self.connections = connections
    }

    /// A value for the `Authorization` field, in answer to a refusal.
    ///
    /// - Throws: `ImageSourceError`; for a registry that asks for what cannot be given, `.registryAccess`.
    func authorization(for refusal: HTTPHeaders) throws -> Secret<String> {
        let challenges = AuthenticationChallenge.list(refusal["WWW-Authenticate"])
        let credentials = try RegistryCredentials.find(for: reference, in: options.registryCredentials)
        if let bearer = challenges.first(where: { $0.scheme == "bearer" }), let realm = bearer.parameters["realm"] {
            return Secret("Bearer \(try token(from: realm, bearer, credentials).revealed)")
        }
        guard challenges.contains(where: { $0.scheme == "basic" }) else {
            throw failure("the registry asks for an authentication other than Basic and Bearer")
        }
        guard let credentials else { throw failure("the registry asks for a password, and \(whereabouts)") }
        return Secret(basicAuthorization(credentials))
    }

    /// Asks the token server that the registry names.
    private func token(
        from realm: String, _ challenge: AuthenticationChallenge, _ credentials: Secret<String>?
    ) throws -> Secret<String> {
        guard var parts = URLComponents(string: realm) else {
            throw failure("the registry names a token server by something that is no URL")
        }
        var items = parts.queryItems ?? []
        if let service = challenge.parameters["service"] { items.append(URLQueryItem(name: "service", value: service)) }
        let scope = challenge.parameters["scope"] ?? "repository:\(reference.repository):pull"
        items.append(URLQueryItem(name: "scope", value: scope))
        parts.queryItems = items
        guard let url = parts.url else { throw failure("the URL of the registry's token server cannot be used") }
        let server = try HTTPLocation(url)
        guard server.origin.scheme == "https" || options.allowsPlainHTTP(to: server) else {
            throw failure(
                "its token server \(server.origin) is plain http, so the network could read password and token; "
                    + "INSECURE_TRANSPORT=true allows it")
        }
        let (answer, place) = try connections.get(server, ["Accept": "application/json"]) { place in
            guard let credentials, place.origin == server.origin else { return [:] }
            return ["Authorization": basicAuthorization(credentials)]
        }
        guard answer.head.status == .ok else {
            let error = answer.registryError("a token for \(reference)", place, within: options.stallTimeout)
            guard answer.head.status == .unauthorized || answer.head.status == .forbidden else { throw error }
            throw failure(
                "the token server \(place.origin) answers \(answer.head.status.code); "
                    + (credentials == nil ? "no password was given: \(whereabouts)" : "the password is of \(file)"))
        }
        let name = "the token server \(place.origin)"
        guard let body = try answer.body(upTo: Self.longestAnswer, within: options.stallTimeout, name),
            let answer = try? JSONDecoder().decode(Token.self, from: Data(body)),
            let token = answer.token ?? answer.access_token,
            !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
        else { throw failure("\(name) sent no token") }
        return Secret(token)
    }

    private var file: String { options.registryCredentials ?? "no file" }

    private var whereabouts: String {
        options.registryCredentials.map { "\($0) has none for \(reference.host)" }
            ?? "there is no file with credentials"
    }

    private func failure(_ reason: String) -> ImageSourceError {
        .registryAccess(reference.description, reason: reason)
    }
}
