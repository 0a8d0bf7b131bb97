import DeployVars
import Diagnostics
import Glibc
import ImageSources
import InitRuntime
import LinuxSystem
import NetworkTypes
import Pipeline
import ProvisioningAPI

/// Vars that `martlet.vars=URL` on the kernel command line names.
struct VarsDownload: Sendable {
    let services: Services

    private static let limit = 1 << 20
    private static let attempts = 6

    /// Fetches them; when the server has them no longer, as with a one-time URL, those of an earlier try of this boot.
    func fetchOrKept(_ template: String, machine: MachineIdentity, nic: MACAddress?) async throws -> [UInt8] {
        do {
            return try await fetch(template, machine: machine, nic: nic)
        } catch let error as ImageSourceError {
            guard case .status(_, let code, _) = error, (400..<500).contains(code),
                let kept = try? Files.read(RunFiles.vars, limit: Self.limit)
            else { throw error }
            services.log.warning("\(error); using the vars that an earlier try has fetched")
            return kept
        }
    }

    /// Fetches them. `{mac}`, `{uuid}` and `{serial}` in the URL stand for this machine's.
    func fetch(_ template: String, machine: MachineIdentity, nic: MACAddress?) async throws -> [UInt8] {
        let url = try expand(template, machine: machine, nic: nic)
        services.console.hide(SecretScrubber(SecretParts.ofURL(url)))
        var options = HTTPOptions()
        options.extraTrustRoots = DeployDirectory.extraAuthorities
        options.userAgent = "martlet/\(Version.current)"
        let source = try MirroredImageSource(locations: [url], options: options)
        var pause = 1.0
        for attempt in 1...Self.attempts {
            do {
                return try await offPool("fetch vars") { try Self.read(source.makeStream()) }
            } catch {
                // One-time URLs answer 404 or 410 for good; a server that is still starting does not answer at all.
                if case ImageSourceError.status(_, let code, _) = error, (400..<500).contains(code) { throw error }
                guard attempt < Self.attempts else { throw error }
                services.log.warning("\(error.explanation); trying again in \(Int(pause)) s")
                try await Task.sleep(for: .seconds(pause * Double.random(in: 0.8...1.2)))
                pause = min(pause * 2, 15)
            }
        }
        throw NoVars()
    }

    private static func read(_ stream: any ImageStream) throws -> [UInt8] {
        defer { stream.close() }
        _ = try stream.open()
        var text: [UInt8] = []
        while try stream.withNextChunk({ chunk in
            guard text.count + chunk.count <= limit else {
                throw SystemCallError(call: "read", subject: "the vars", errno: .fileTooLarge)
            }
            text.append(contentsOf: chunk)
        }) {}
        return text
    }

    private func expand(_ template: String, machine: MachineIdentity, nic: MACAddress?) throws -> String {
        var url = template
        let values: [(String, String?)] = [
            ("{mac}", nic?.hyphenated), ("{uuid}", machine.uuid), ("{serial}", machine.serial.map(percentEncoded)),
        ]
        for (name, value) in values where url.contains(name) {
            guard let value else { throw UnknownIdentity(placeholder: name) }
            url = url.replacing(name, with: value)
        }
        return url
    }

    private func percentEncoded(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                || [0x2d, 0x2e, 0x5f, 0x7e].contains(byte)
            guard !isPlain else { return String(UnicodeScalar(byte)) }
            return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}

/// The URL asks for something that this machine does not have.
struct UnknownIdentity: ExplainedError {
    let placeholder: String
    var description: String { "martlet.vars= asks for \(placeholder), which this machine's firmware does not give" }
    var advice: String { "use another placeholder: {mac}, {uuid} or {serial}" }
}
