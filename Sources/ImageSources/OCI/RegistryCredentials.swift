import Diagnostics
import FoundationEssentials
import LinuxSystem
import OCIReferences

/// The file in which `docker login`, podman and skopeo keep passwords (docker's `config.json`, containers-auth.json(5)).
struct RegistryCredentials: Decodable {
    private struct Entry: Decodable {
        let auth: String?
        let username: String?
        let password: String?
        let identitytoken: String?
        let registrytoken: String?
    }

    private static let limit = 1 << 20
    private let auths: [String: Entry]?

    /// `user:password` for a reference.
    ///
    /// - Parameter path: the file; without it, or when it does not exist, there are no credentials.
    /// - Returns: `nil` when the file has none for the registry.
    /// - Throws: `ImageSourceError.registryAccess` when the file cannot be read, or has something else for the registry.
    static func find(
        for reference: OCIReference, in path: String?
    ) throws(ImageSourceError) -> Secret<String>? {
        guard let path, Files.exists(path) else { return nil }
        let bytes: [UInt8]
        do {
            bytes = try Files.read(path, limit: limit)
        } catch {
            throw .registryAccess(reference.description, reason: "the credentials cannot be read: \(error)")
        }
        return try find(for: reference, inFile: bytes, path)
    }

    /// The same, from the bytes of a file; its path for errors.
    static func find(
        for reference: OCIReference, inFile bytes: [UInt8], _ path: String
    ) throws(ImageSourceError) -> Secret<String>? {
        // What the decoder says may quote the file.
        guard let file = try? JSONDecoder().decode(Self.self, from: Data(bytes)) else {
            throw .registryAccess(
                reference.description, reason: "\(path) does not have the form of docker's config.json")
        }
        return try file.credentials(for: reference, path)
    }

    private func credentials(for reference: OCIReference, _ path: String) throws(ImageSourceError) -> Secret<String>? {
        let entries = Dictionary((auths ?? [:]).map { (Self.plainKey($0.key), $0.value) }) { first, _ in first }
        guard let entry = Self.keys(for: reference).lazy.compactMap({ entries[$0] }).first else { return nil }
        if let user = entry.username, let password = entry.password, !user.isEmpty {
            return Secret("\(user):\(password)")
        }
        if let auth = entry.auth, !auth.isEmpty {
            guard let decoded = Data(base64Encoded: auth), let text = String(bytes: decoded, encoding: .utf8),
                text.contains(":")
            else {
                throw .registryAccess(
                    reference.description,
                    reason: "auth of \(reference.host) in \(path) is not the base64 form of user:password")
            }
            return Secret(text.filter { $0 != "\0" })
        }
        guard entry.identitytoken == nil, entry.registrytoken == nil else {
            throw .registryAccess(
                reference.description, reason: "\(path) has a token for \(reference.host), where a password is needed")
        }
        return nil
    }

    /// The keys under which a registry may stand, the closest first: the repository, what it lies in, the host.
    private static func keys(for reference: OCIReference) -> [String] {
        var keys: [String] = []
        var path = "\(reference.host)/\(reference.repository)"
        while let slash = path.lastIndex(of: "/") {
            keys.append(path)
            path = String(path[..<slash])
        }
        keys.append(path)
        return reference.server == reference.host ? keys : keys + ["index.docker.io", "docker.io"]
    }

    /// A key without the scheme and the version that docker writes: `https://index.docker.io/v1/`.
    private static func plainKey(_ key: String) -> String {
        var rest = key[...]
        if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
        while rest.last == "/" { rest.removeLast() }
        for version in ["/v1", "/v2"] where rest.hasSuffix(version) { rest.removeLast(version.count) }
        let host = rest.prefix { $0 != "/" }
        return host.lowercased() + rest[host.endIndex...]
    }
}
