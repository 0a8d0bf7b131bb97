import Crypto
import Foundation
import HTTPTestKit
import OCIReferences
import Testing

@testable import ImageSources

/// Debian's docker-registry on the loopback interface, for as long as the value lives.
final class DockerRegistry {
    static let isInstalled = FileManager.default.isExecutableFile(atPath: "/usr/bin/docker-registry")
    static let user = "joe"
    static let password = "wren nest"

    let host: String
    private let directory: URL
    private let process = Process()
    private let credentials: [String]

    /// - Parameter asksForPassword: whether only `user` with `password` may read and write.
    init(asksForPassword: Bool = false) async throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "registry-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        // A server that has ended has freed its port.
        let port = try FaultServer { _, _ in [] }.port
        host = "127.0.0.1:\(port)"
        credentials = asksForPassword ? ["-u", "\(Self.user):\(Self.password)"] : []
        var text = """
            version: 0.1
            log: {level: error, accesslog: {disabled: true}}
            storage: {filesystem: {rootdirectory: "\(directory.path)/data"}}
            http: {addr: "\(host)"}
            """
        if asksForPassword {
            text += "\nauth: {htpasswd: {realm: aviary, path: \"\(directory.path)/htpasswd\"}}"
            try Self.run("/usr/bin/htpasswd", ["-Bbc", "\(directory.path)/htpasswd", Self.user, Self.password])
        }
        let file = directory.appending(path: "config.yml")
        try Data(text.utf8).write(to: file)
        process.executableURL = URL(filePath: "/usr/bin/docker-registry")
        process.arguments = ["serve", file.path]
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        for _ in 0..<200 {
            if (try? Self.run("/usr/bin/curl", ["-s", "-o", "/dev/null", "http://\(host)/v2/"])) != nil { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("docker-registry does not answer")
    }

    deinit {
        process.terminate()
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: directory)
    }

    /// A file with credentials for this registry.
    func credentialsFile(user: String = DockerRegistry.user, password: String = DockerRegistry.password) throws
        -> String
    {
        let auth = Data("\(user):\(password)".utf8).base64EncodedString()
        let file = directory.appending(path: "auth-\(UUID().uuidString).json")
        try Data("{\"auths\": {\"https://\(host)/v1/\": {\"auth\": \"\(auth)\"}}}".utf8).write(to: file)
        return file.path
    }

    /// Stores bytes; the descriptor that a manifest names them by.
    func push(_ bytes: [UInt8], to repository: String, type: String) throws -> String {
        let digest = OCIDigest(of: bytes).description
        let base = "http://\(host)/v2/\(repository)/blobs/uploads/"
        let place = try Self.run(
            "/usr/bin/curl", ["-sf", "-X", "POST", "-o", "/dev/null", "-w", "%header{location}", base] + credentials)
        try put(
            bytes, to: "\(place)\(place.contains("?") ? "&" : "?")digest=\(digest)", type: "application/octet-stream")
        return #"{"mediaType": "\#(type)", "digest": "\#(digest)", "size": \#(bytes.count)}"#
    }

    /// Stores a manifest or an index under a tag; its descriptor, with the machine it is for.
    @discardableResult func push(
        manifest: String, to repository: String, tag: String, type: String, architecture: String? = nil
    ) throws -> String {
        let bytes = Array(manifest.utf8)
        try put(bytes, to: "http://\(host)/v2/\(repository)/manifests/\(tag)", type: type)
        let platform = architecture.map { #", "platform": {"architecture": "\#($0)", "os": "linux"}"# } ?? ""
        let digest = OCIDigest(of: bytes)
        return #"{"mediaType": "\#(type)", "digest": "\#(digest)", "size": \#(bytes.count)\#(platform)}"#
    }

    /// Stores a manifest with layers under a tag; its descriptor.
    @discardableResult func pushImage(
        _ layers: [String], to repository: String, tag: String = "latest", type: String = Types.ociManifest,
        architecture: String? = nil
    ) throws -> String {
        let configuration = try push(Array("{}".utf8), to: repository, type: "application/vnd.oci.empty.v1+json")
        let text = """
            {"schemaVersion": 2, "mediaType": "\(type)", "config": \(configuration),
             "layers": [\(layers.joined(separator: ", "))]}
            """
        return try push(manifest: text, to: repository, tag: tag, type: type, architecture: architecture)
    }

    private func put(_ bytes: [UInt8], to url: String, type: String) throws {
        let file = directory.appending(path: UUID().uuidString)
        try Data(bytes).write(to: file)
        try Self.run(
            "/usr/bin/curl",
            ["-sf", "-X", "PUT", "-H", "Content-Type: \(type)", "--data-binary", "@\(file.path)", url] + credentials)
        try FileManager.default.removeItem(at: file)
    }

    @discardableResult private static func run(_ path: String, _ arguments: [String]) throws -> String {
        struct Failure: Error { let command: [String] }
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(command: [path] + arguments) }
        return String(decoding: data, as: UTF8.self)
    }
}

enum Types {
    static let ociManifest = "application/vnd.oci.image.manifest.v1+json"
    static let ociIndex = "application/vnd.oci.image.index.v1+json"
    static let dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
    static let dockerList = "application/vnd.docker.distribution.manifest.list.v2+json"
    static let disk = "application/vnd.example.disk.v1+raw"
    static let tar = "application/vnd.oci.image.layer.v1.tar+gzip"
}
