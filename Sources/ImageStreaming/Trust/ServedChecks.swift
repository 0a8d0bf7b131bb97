import ImageTrust

/// What is verified over an image's bytes as served, and over those of a file in them, while they come. For one thread.
final class ServedChecks {
    private let expected: ImageChecksum?
    private var checksum: RunningChecksum?
    private let expectedOfFile: ImageChecksum?
    private var fileChecksum: RunningChecksum?
    private let signature: (any RunningSignature)?

    init(_ options: ImageWriter.Options) throws {
        expected = options.downloadChecksum
        checksum = expected.map { RunningChecksum($0.algorithm) }
        expectedOfFile = options.fileChecksum
        fileChecksum = expectedOfFile.map { RunningChecksum($0.algorithm) }
        signature = try options.signature?.begin(what: "the image as served")
    }

    /// Takes the next bytes.
    func update(_ bytes: UnsafeRawBufferPointer) throws {
        checksum?.update(bytes)
        try signature?.update(bytes)
    }

    /// Takes the next bytes of the file, decompressed.
    func updateFile(_ bytes: UnsafeRawBufferPointer) {
        fileChecksum?.update(bytes)
    }

    /// Takes it that the last byte has come.
    ///
    /// - Parameter isHeld: whether the check sum is known to hold for the decompressed bytes, where that is enough.
    /// - Returns: the check sums that were asked for.
    /// - Throws: `ImageWriteError.checksumMismatch`, `SignatureError`.
    func finish(isHeld: Bool) throws -> [ImageChecksum] {
        if let expected, let actual = checksum?.hex, actual != expected.hex, !isHeld {
            throw ImageWriteError.checksumMismatch(expected, actual: actual, asServed: true)
        }
        if let expectedOfFile, let actual = fileChecksum?.hex, actual != expectedOfFile.hex {
            throw ImageWriteError.checksumMismatch(expectedOfFile, actual: actual, asServed: false)
        }
        try signature?.finish()
        return [expected, expectedOfFile].compactMap { $0 }
    }

    /// Ends what still runs.
    func close() {
        signature?.close()
    }
}
