import CLinux
import Glibc
import ImageTrust
import LinuxSystem

/// An OpenPGP signature verified by gpgv(1), a child that gets the bytes on its standard input while they come. For one
/// thread.
final class GPGVSignature: RunningSignature {
    /// Where gpgv is; `nil` where it is not.
    static var program: String? {
        ["/usr/bin/gpgv", "/bin/gpgv", "/usr/local/bin/gpgv"].first { access($0, X_OK) == 0 }
    }

    /// How long gpgv may neither take bytes nor end.
    private static let patience = Duration.seconds(60)
    /// More than it ever says.
    private static let longestStatus = 256 << 10

    private let name: String
    private let what: String
    private let signer: String
    private let status: Descriptor
    /// Holds the files that gpgv opens through this process.
    private let files: [Descriptor]
    private var input: Descriptor?
    private var pid: pid_t?

    /// Starts gpgv.
    ///
    /// - Parameters:
    ///   - name: the signature's location, for errors.
    ///   - signer: whose it must be, in errors.
    ///   - what: what the signature is over, in errors.
    init(_ signature: OpenPGPSignature, by keys: OpenPGPKeys, name: String, signer: String, what: String) throws {
        self.name = name
        self.signer = signer
        self.what = what
        guard let program = Self.program else { throw SignatureError.noGPGV(signer) }
        files = [try Self.memory(keys.bytes, "keys"), try Self.memory(signature.bytes, "signature")]
        let paths = files.map { "/proc/\(getpid())/fd/\($0.rawValue)" }
        let (ours, theirs) = try Channels.socketPair()
        let (reader, writer) = try Channels.pipe()
        status = reader
        input = ours
        pid = try ChildProcess.spawn(
            program,
            arguments: ["gpgv", "--status-fd", "1", "--weak-digest", "SHA1", "--keyring", paths[0], paths[1], "-"],
            environment: ["LC_ALL=C"],
            streams: [.descriptor(theirs), .descriptor(writer), .file("/dev/null", flags: O_WRONLY)])
    }

    deinit {
        close()
    }

    func update(_ bytes: UnsafeRawBufferPointer) throws {
        var done = 0
        while done < bytes.count {
            guard let input, let base = bytes.baseAddress else { return }
            let sent = send(
                input.rawValue, base + done, bytes.count - done, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            if sent >= 0 {
                done += sent
            } else if errno == EAGAIN {
                guard Polling.writable(input.rawValue, within: Self.patience) else {
                    throw SignatureError.gpgvFailed(
                        reason: "it has taken no byte for \(Self.patience.components.seconds) s")
                }
            } else if errno != EINTR {
                // It has ended before the last byte came, and has said why.
                try finish()
                throw SignatureError.gpgvFailed(reason: "it ended before the last byte came")
            }
        }
    }

    func finish() throws {
        input = nil
        let text = try readStatus()
        let found = GPGVStatus(text)
        guard let ending = reap(within: Self.patience) else {
            throw SignatureError.gpgvFailed(reason: "it has not ended")
        }
        guard case .exited = ending else { throw SignatureError.gpgvFailed(reason: "it was \(ending)") }
        guard found.isGood else {
            throw SignatureError.mismatch(
                name, over: what, by: signer, reason: found.reason ?? "gpgv \(ending) and gave no reason")
        }
    }

    func close() {
        input = nil
        guard let pid else { return }
        kill(pid, SIGKILL)
        _ = reap(within: .seconds(5))
        self.pid = nil
    }

    /// All that gpgv says until it closes its output.
    private func readStatus() throws -> String {
        let deadline = ContinuousClock.now + Self.patience
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while bytes.count < Self.longestStatus, ContinuousClock.now < deadline {
            guard Polling.readable([status.rawValue], until: deadline).first == true else { continue }
            let count = try chunk.withUnsafeMutableBytes { try status.read(into: $0) }
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk[..<count]
        }
        throw SignatureError.gpgvFailed(
            reason: "it has not come to a result in \(Self.patience.components.seconds) s")
    }

    private func reap(within time: Duration) -> ChildProcess.Ending? {
        guard let pid else { return nil }
        let deadline = ContinuousClock.now + time
        while true {
            if let ending = try? ChildProcess.reap(pid) {
                self.pid = nil
                return ending
            }
            guard ContinuousClock.now < deadline else { return nil }
            usleep(5_000)
        }
    }

    /// A file that is in memory only.
    private static func memory(_ bytes: [UInt8], _ name: String) throws(SystemCallError) -> Descriptor {
        let raw = try systemCall("memfd_create", name) { martlet_memfd_create("martlet-\(name)") }
        let file = Descriptor(owning: raw, name: "the \(name) in memory")
        let outcome = bytes.withUnsafeBytes { buffer in
            Result { () throws(SystemCallError) in try file.writeAll(buffer, at: 0) }
        }
        try outcome.get()
        return file
    }
}
