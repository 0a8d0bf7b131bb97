import ImageSources
import ImageStreaming
import Testing

/// What a decoder needs is known before the first write.
@Suite struct MemoryRefusalTests {
    private static let mebibyte: UInt64 = 1 << 20

    @Test(arguments: [
        ("zstd -q --ultra --long=31 -1", 2048, true), ("xz -9", 64, true), ("zstd -q -1", 0, false),
        ("gzip -1", 0, false),
    ])
    func anImageThatNeedsMoreMemoryThanThereIsIsRefused(packer: String, needed: UInt64, isMuch: Bool) async throws {
        let directory = try TemporaryDirectory()
        _ = try directory.write(TestImage.gpt().bytes, to: "raw")
        // From a pipe, so that the tool does not choose a window by the file's size.
        try directory.shell("cat raw | \(packer) >packed")
        let source = FileImageSource("\(directory.path)/packed")
        let inspect = { (available: UInt64) in
            try await ImagePreflight.inspect(
                source, diskSize: 16 << 20, logicalSectorSize: 512, availableMemory: available)
        }
        let enough = (needed + 60) * Self.mebibyte
        let facts = try await inspect(enough)
        guard isMuch else { return }
        #expect(facts.decoderMemory >= needed * Self.mebibyte)
        await #expect(
            throws: ImageWriteError.notEnoughMemory(
                needed: facts.decoderMemory, available: facts.decoderMemory + 40 * Self.mebibyte)
        ) { try await inspect(facts.decoderMemory + 40 * Self.mebibyte) }
    }
}
