import ImageSources
import ImageStreaming
import ImageTrust
import Testing

@Suite struct TrustRequestTests {
    private static let packed = String(repeating: "1", count: 64)
    private static let unpacked = String(repeating: "2", count: 64)

    @Test func aListGivesTheChecksumOfTheImageAsServedAndOfWhatComesOutOfIt() async throws {
        let directory = try TemporaryDirectory()
        let list = try directory.write(
            Array("\(Self.packed)  d.raw.zst\n\(Self.unpacked)  d.raw\n".utf8), to: "SHA256SUMS")
        var request = TrustRequest()
        request.checksum = .list(list, preferring: .sha256)
        request.downloadChecksum = .list(list, preferring: .sha256)
        let options = try await request.resolved(
            for: ["https://a/x/d.raw.zst", "https://b/d.raw.zst?key=1"], options: HTTPOptions())
        #expect(options.checksum == ImageChecksum(.sha256, hex: Self.unpacked))
        #expect(options.downloadChecksum == ImageChecksum(.sha256, hex: Self.packed))
    }

    @Test func aListWithoutTheImageSaysWhatItHas() async throws {
        let directory = try TemporaryDirectory()
        let list = try directory.write(Array("\(Self.unpacked)  d.raw\n".utf8), to: "SHA256SUMS")
        var request = TrustRequest()
        request.downloadChecksum = .list(list, preferring: .sha256)
        await #expect(throws: ChecksumListError.notListed(list, wanted: ["d.raw.zst"], listed: ["d.raw"])) {
            try await request.resolved(for: ["https://a/d.raw.zst"], options: HTTPOptions())
        }
    }

    @Test func whatIsTooLongForAListIsNotReadToItsEnd() async throws {
        var request = TrustRequest()
        request.checksum = .list("/dev/zero", preferring: .sha256)
        await #expect(throws: TrustFileError.tooLong("/dev/zero", limit: 4 << 20)) {
            try await request.resolved(for: ["https://a/d.raw.zst"], options: HTTPOptions())
        }
    }

    @Test func theListOfARealImageHoldsForIt() async throws {
        let directory = try TemporaryDirectory()
        let image = TestImage.gpt()
        let file = try directory.write(image.bytes, to: "d.raw")
        try directory.shell("gzip -k d.raw && sha512sum d.raw d.raw.gz > SHA512SUMS")
        var request = TrustRequest()
        request.checksum = .list("\(directory.path)/SHA512SUMS", preferring: .sha256)
        request.downloadChecksum = request.checksum
        for name in [file, "\(file).gz"] {
            let options = try await request.resolved(for: [name], options: HTTPOptions())
            let target = try TemporaryFile([UInt8](repeating: 0xaa, count: 16 << 20))
            try await checkSealing(
                image, source: FileImageSource(name), target: target.open(), options: options
            ) { try target.contents }
        }
    }

    /// Of a qcow2 file a list's check sum is never the disk's.
    @Test(arguments: ["d.qcow2", "d.qcow2.gz"], ["d.qcow2", "d.qcow2.gz", "d.qcow2*"])
    func aListOfQCOW2FilesHoldsForThem(name: String, listed: String) async throws {
        let directory = try TemporaryDirectory()
        _ = try directory.write(qcow2(TestImage.gpt().bytes), to: "d.qcow2")
        try directory.shell("gzip -k d.qcow2; sha256sum \(listed) > good; sed 's/^.{8}/00000000/' -E good > wrong")
        for (list, isAskedTwice) in [("good", false), ("wrong", false), ("good", true), ("wrong", true)] {
            var request = TrustRequest()
            request.checksum = .list("\(directory.path)/\(list)", preferring: .sha256)
            if isAskedTwice { request.downloadChecksum = request.checksum }
            let write = {
                let source = FileImageSource("\(directory.path)/\(name)")
                let options = try await request.resolved(for: [source.name], options: HTTPOptions())
                let target = try TemporaryFile([UInt8](repeating: 0xaa, count: 16 << 20))
                let facts = try await ImagePreflight.inspect(
                    source, diskSize: 16 << 20, logicalSectorSize: 512, options: options)
                return try await ImageWriter.write(source, to: target.open(), facts: facts, options: options).summary
            }
            // Of a compressed file what is asked of its content is not what is asked of it.
            let isListed = name == listed || name == "d.qcow2.gz"
            guard listed == "d.qcow2*" || isListed && (!isAskedTwice || name == "d.qcow2") else {
                await #expect(throws: ChecksumListError.self) { try await write() }
                continue
            }
            guard list == "good" else {
                let failure = await #expect(throws: ImageWriteError.self) { try await write() }
                guard case .checksumMismatch = failure else { throw try #require(failure) }
                continue
            }
            #expect(try await write().verified.count == (isAskedTwice ? 2 : 1))
        }
    }

    /// A list of the files that a directory holds, and one that somebody wrote who had the contract at hand.
    @Test func aListThatHasOnlyTheCompressedFileMayMeanItOrWhatComesOutOfIt() async throws {
        let directory = try TemporaryDirectory()
        let image = TestImage.gpt()
        let file = try directory.write(image.bytes, to: "d.raw") + ".gz"
        try directory.shell("gzip -k d.raw && sha256sum d.raw.gz > packed && sha256sum d.raw > raw")
        try directory.shell("sed s/d.raw/d.raw.gz/ raw > unpacked && sed 's/^.{8}/00000000/' -E packed > wrong")
        for list in ["packed", "unpacked"] {
            var request = TrustRequest()
            request.checksum = .list("\(directory.path)/\(list)", preferring: .sha256)
            let options = try await request.resolved(for: [file], options: HTTPOptions())
            let target = try TemporaryFile([UInt8](repeating: 0xaa, count: 16 << 20))
            try await checkSealing(
                image, source: FileImageSource(file), target: target.open(), options: options
            ) { try target.contents }
        }
        var request = TrustRequest()
        request.checksum = .list("\(directory.path)/wrong", preferring: .sha256)
        let options = try await request.resolved(for: [file], options: HTTPOptions())
        let target = try TemporaryFile([UInt8](repeating: 0xaa, count: 16 << 20))
        await #expect(throws: ImageWriteError.self) {
            try await checkSealing(
                image, source: FileImageSource(file), target: target.open(), options: options
            ) { try target.contents }
        }
        #expect(try target.contents.prefix(1 << 20).allSatisfy { $0 == 0 })
    }
}
