import ByteCoding
import Foundation
import ImageSources
import ImageStreaming
import ImageTrust
import Testing

private let diskSize: UInt64 = 16 << 20
private let image = TestImage.gpt()

/// Files signed with real keys by the real tools.
private final class Signed: Sendable {
    let directory = try? TemporaryDirectory()

    /// A directory with the image `d.raw.zst`, changed by a command that can use `key` and `secret`.
    init(_ command: String) throws {
        let place = try #require(directory)
        _ = try place.write(zstd(image.bytes), to: "d.raw.zst")
        try place.shell(
            "minisign -GW -p key -s secret; openssl genpkey -algorithm ed25519 -out plain.pem; "
                + "openssl pkey -in plain.pem -pubout -outform DER | tail -c 32 > plain; \(command)")
    }

    func path(_ name: String) -> String { "\(directory?.path ?? "")/\(name)" }

    /// What `IMAGE_ED25519_PUBKEY` would hold.
    func key(_ name: String) throws -> [UInt8] {
        let bytes = try #require(try directory?.read(name))
        if bytes.count == 32 { return bytes }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        return try #require(lines.last.flatMap { base64Decoded($0) })
    }

    func options(signature: String, key name: String, list: String? = nil) async throws -> ImageWriter.Options {
        var request = TrustRequest()
        request.signature = TrustRequest.Signature(location: path(signature), signer: .ed25519(try key(name)))
        request.checksum = list.map { .list(path($0), preferring: .sha256) }
        return try await request.resolved(for: [path("d.raw.zst")], options: HTTPOptions())
    }
}

@Suite(.serialized) struct SignatureTests {
    static let forms = [
        ("minisign -S -H -s secret -m d.raw.zst -x s", "key"), ("minisign -S -l -s secret -m d.raw.zst -x s", "key"),
        ("openssl pkeyutl -sign -rawin -inkey plain.pem -in d.raw.zst -out s", "plain"),
        ("openssl pkeyutl -sign -rawin -inkey plain.pem -in d.raw.zst | openssl base64 > s", "plain"),
    ]

    @Test(arguments: forms) func aSignedImageIsWritten(command: String, key: String) async throws {
        let files = try Signed(command)
        let options = try await files.options(signature: "s", key: key)
        #expect(options.signature != nil)
        let target = try TemporaryFile([UInt8](repeating: 0xaa, count: Int(diskSize)))
        try await checkSealing(
            image, source: FileImageSource(files.path("d.raw.zst")), target: target.open(), options: options
        ) { try target.contents }
    }

    @Test(arguments: forms) func aChangedImageLeavesNoTable(command: String, key: String) async throws {
        // The same image from another compressor: all is right but the signature.
        let files = try Signed("\(command); zstd -dq d.raw.zst -o d; zstd -9 -q -f d -o d.raw.zst")
        let options = try await files.options(signature: "s", key: key)
        let target = try TemporaryFile([UInt8](repeating: 0xaa, count: Int(diskSize)))
        let source = FileImageSource(files.path("d.raw.zst"))
        let facts = try await ImagePreflight.inspect(
            source, diskSize: diskSize, logicalSectorSize: 512, options: options)
        let error = await #expect(throws: SignatureError.self) {
            try await ImageWriter.write(source, to: target.open(), facts: facts, options: options)
        }
        guard case .mismatch(files.path("s"), over: "the image as served", _, _) = error else {
            throw try #require(error)
        }
        let left = try target.contents
        #expect(consists(left[..<TestImage.headLength], of: 0))
        #expect(consists(left.suffix(33 * 512), of: 0))
    }

    @Test func aQCOW2FileIsVerifiedInOnePass() async throws {
        let files = try Signed(":")
        let directory = try #require(files.directory)
        _ = try directory.write(try qcow2(image.bytes, "-c"), to: "d.raw.zst")
        try directory.shell("minisign -S -s secret -m d.raw.zst -x s")
        let target = try TemporaryFile([UInt8](repeating: 0xaa, count: Int(diskSize)))
        try await checkSealing(
            image, source: FileImageSource(files.path("d.raw.zst")), target: target.open(),
            options: try await files.options(signature: "s", key: "key")
        ) { try target.contents }
    }

    @Test func aSignedListIsVerifiedBeforeItsChecksumCounts() async throws {
        let files = try Signed("zstd -dq d.raw.zst; sha256sum d.raw > SUMS; minisign -S -l -s secret -m SUMS")
        let options = try await files.options(signature: "SUMS.minisig", key: "key", list: "SUMS")
        #expect(options.signature == nil && options.checksum != nil)
        #expect(options.trustLines.first?.hasPrefix("the minisign key ") == true)
        try files.directory?.shell("echo >> SUMS")
        await #expect(throws: SignatureError.self) {
            try await files.options(signature: "SUMS.minisig", key: "key", list: "SUMS")
        }
    }

    @Test func whatIsWrongWithTheSignatureItselfIsSaidBeforeAnythingIsRead() async throws {
        let files = try Signed(
            "minisign -S -s secret -m d.raw.zst -x s -t 'good comment'; sed s/good/evil/ s > forged; "
                + "minisign -GW -p other -s other.secret")
        await #expect(throws: SignatureError.forgedComment(files.path("forged"))) {
            try await files.options(signature: "forged", key: "key")
        }
        let error = await #expect(throws: SignatureError.self) { try await files.options(signature: "s", key: "other") }
        guard case .otherKey = error else { throw try #require(error) }
    }

    @Test func aPlainSignatureOfALargeImageIsRefusedBeforeTheFirstWrite() async throws {
        let files = try Signed(
            "minisign -S -l -s secret -m d.raw.zst -x s; zstd -dqf d.raw.zst -o d.raw.zst.new; truncate -s 65M "
                + "d.raw.zst.new; mv d.raw.zst.new d.raw.zst")
        let options = try await files.options(signature: "s", key: "key")
        let expected = SignatureError.tooLarge(files.path("s"), length: 65 << 20, limit: 64 << 20)
        await #expect(throws: expected) {
            try await ImagePreflight.inspect(
                FileImageSource(files.path("d.raw.zst")), diskSize: 128 << 20, logicalSectorSize: 512, options: options)
        }
    }
}
