import ImageSources
import ImageStreaming
import ImageTrust
import Testing

private let diskSize: UInt64 = 16 << 20
private let image = TestImage.gpt()

/// An image `d.raw.zst` with a key of the real gpg.
private struct Signed {
    let directory: TemporaryDirectory

    init(_ command: String) throws {
        directory = try TemporaryDirectory()
        _ = try directory.write(zstd(image.bytes), to: "d.raw.zst")
        try directory.shell(
            "chmod 700 .; export GNUPGHOME=$PWD; gpg='gpg --batch --quiet --passphrase= --pinentry-mode loopback'; "
                + "$gpg --quick-gen-key a@example ed25519 sign never; $gpg --armor --export > key; "
                + "\(command); gpgconf --kill gpg-agent")
    }

    func path(_ name: String) -> String { "\(directory.path)/\(name)" }

    func options(signature: String, key: String = "key", list: String? = nil) async throws -> ImageWriter.Options {
        var request = TrustRequest()
        request.signature = TrustRequest.Signature(location: path(signature), signer: .openPGP(keyFile: path(key)))
        request.checksum = list.map { .list(path($0), preferring: .sha256) }
        return try await request.resolved(for: [path("d.raw.zst")], options: HTTPOptions())
    }

    func write(_ options: ImageWriter.Options, to target: TemporaryFile) async throws {
        let source = FileImageSource(path("d.raw.zst"))
        let facts = try await ImagePreflight.inspect(
            source, diskSize: diskSize, logicalSectorSize: 512, options: options)
        _ = try await ImageWriter.write(source, to: target.open(), facts: facts, options: options)
    }
}

@Suite(.serialized) struct ImageOpenPGPTests {
    @Test(arguments: ["", "--armor"]) func anImageSignedByTheKeyIsWritten(armor: String) async throws {
        let files = try Signed("$gpg \(armor) --detach-sign -o s d.raw.zst")
        let target = try TemporaryFile([UInt8](repeating: 0xaa, count: Int(diskSize)))
        try await checkSealing(
            image, source: FileImageSource(files.path("d.raw.zst")), target: target.open(),
            options: try await files.options(signature: "s")
        ) { try target.contents }
    }

    /// What is done, and what the error says.
    static let faults = [
        (
            "$gpg --detach-sign -o s d.raw.zst; zstd -dq d.raw.zst -o d; zstd -9 -q -f d -o d.raw.zst",
            "the data is not what key "
        ),
        (
            "$gpg --detach-sign -o s d.raw.zst; $gpg --quick-gen-key b@example ed25519 sign never; "
                + "$gpg --export b@example > key", "which is not in the key file"
        ),
        (
            "gpgconf --kill gpg-agent; rm -r *.kbx *.d; $gpg --faked-system-time 20200101T000000 --quick-gen-key b@example ed25519 sign 2020-02-01; "
                + "$gpg --export > key; $gpg --faked-system-time 20200102T000000! --detach-sign -o s d.raw.zst",
            "has run out"
        ),
    ]

    @Test(arguments: faults) func aSignatureThatDoesNotHoldLeavesNoTable(command: String, says: String) async throws {
        let files = try Signed(command)
        let options = try await files.options(signature: "s")
        let target = try TemporaryFile([UInt8](repeating: 0xaa, count: Int(diskSize)))
        let error = await #expect(throws: SignatureError.self) { try await files.write(options, to: target) }
        #expect(error?.description.contains(says) == true, "\(String(describing: error))")
        #expect(consists(try target.contents[..<TestImage.headLength], of: 0))
    }

    @Test func aSignedListIsVerifiedInPreflight() async throws {
        let files = try Signed("zstd -dq d.raw.zst; sha256sum d.raw > SUMS; $gpg --detach-sign -o SUMS.gpg SUMS")
        let options = try await files.options(signature: "SUMS.gpg", list: "SUMS")
        #expect(options.signature == nil && options.checksum != nil)
        try files.directory.shell("echo >> SUMS")
        await #expect(throws: SignatureError.self) {
            try await files.options(signature: "SUMS.gpg", list: "SUMS")
        }
    }

    @Test func aKeyFileThatIsNoneIsRefused() async throws {
        let files = try Signed("$gpg --detach-sign -o s d.raw.zst")
        await #expect(throws: SignatureError.self) { try await files.options(signature: "s", key: "s") }
    }
}
