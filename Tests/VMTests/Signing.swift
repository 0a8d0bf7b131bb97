import Foundation
import LabKit
import Testing

/// A new key of minisign, and what it signs.
struct MinisignKey {
    /// What `IMAGE_ED25519_PUBKEY` takes.
    let text: String
    private let secret: String

    init(in lab: Lab) async throws {
        secret = lab.path("minisign.secret")
        let key = lab.path("minisign.pub")
        try await HostTool.run(["minisign", "-GW", "-p", key, "-s", secret])
        let lines = try String(contentsOfFile: key, encoding: .utf8).split(separator: "\n")
        text = String(try #require(lines.last))
    }

    /// Signs a file, and serves the signature.
    ///
    /// - Returns: the guest's URL.
    func sign(_ file: String, as path: String, in lab: Lab) async throws -> String {
        let signature = lab.path("signature-\(UUID().uuidString.prefix(8))")
        try await HostTool.run(["minisign", "-S", "-s", secret, "-m", file, "-x", signature])
        return lab.images.serve(path, file: signature)
    }
}

/// A new OpenPGP key of gpg, and what it signs.
struct OpenPGPKey {
    /// The public key, armoured.
    let text: String
    private let home: String

    /// - Parameter lab: its directory goes with the lab, and so does the key.
    init(in lab: Lab) async throws {
        home = lab.path("gnupg")
        try FileManager.default.createDirectory(
            atPath: home, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try await Self.gpg(home, "--passphrase '' --quick-gen-key release@example ed25519 sign never")
        text = try await Self.gpg(home, "--armor --export")
    }

    /// Signs a file, and serves the signature.
    ///
    /// - Returns: the guest's URL.
    func sign(_ file: String, as path: String, in lab: Lab) async throws -> String {
        let signature = lab.path("signature-\(UUID().uuidString.prefix(8))")
        try await Self.gpg(home, "--detach-sign --output \(signature) \(file)")
        return lab.images.serve(path, file: signature)
    }

    /// Runs gpg, and ends the agent that it starts.
    @discardableResult private static func gpg(_ home: String, _ arguments: String) async throws -> String {
        try await HostTool.run([
            "sh", "-ec",
            "export GNUPGHOME=\(home); gpg --batch --quiet --pinentry-mode loopback \(arguments); "
                + "gpgconf --kill gpg-agent",
        ])
    }
}
