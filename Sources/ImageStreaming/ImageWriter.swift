import ImageSources
import ImageTrust
import LinuxSystem

/// Writes images to disks: source, decoder, check sum and writers each on a thread of its own, few buffers between them.
///
/// Memory: six buffers of 4 MiB, the withheld head (at most 16 MiB, usually one), some megabytes of received bytes, and
/// what the decoder needs for the image's own window; whatever the image's size.
public enum ImageWriter {
    /// What to check, and how to go about it.
    public struct Options: Sendable {
        /// The check sum of the decompressed bytes.
        public var checksum: ImageChecksum?
        /// The check sum of the bytes as served.
        public var downloadChecksum: ImageChecksum?
        /// A signature over the bytes as served.
        public internal(set) var signature: ImageSignature?
        /// Whether to read the disk again and compare: the body before the seal, head and tail with it.
        public var verifiesReadback = false
        /// Whether `checksum` is a file's, from a list: of a qcow2 file, not of the disk in it.
        var isChecksumOfFile = false
        /// The check sum of the file around the disk, decompressed.
        private(set) var fileChecksum: ImageChecksum?
        /// Whether `checksum` and `downloadChecksum` are one, from a list that does not say of which bytes: either may hold.
        var isOneChecksumEnough = false
        /// How it came to these, a sentence each.
        public internal(set) var trustLines: [String] = []
        /// Writes in flight at the same time.
        public var writers = 2
        /// Buffers of 4 MiB between decoder and writers.
        public var buffers = 6
        /// How long one call on the disk may take. Its kernel gives a command half a minute, and tries it some times; the
        /// host of a virtual one may hold back much of the image until the flush.
        var callLimit = Duration.seconds(1800)
        /// Bytes of memory that a qcow2 file which can be read only once may take with what comes before its table: half of
        /// what is available, unless set.
        public var stagingMemory = (MachineResources.availableMemory ?? 0) / 2

        /// Nothing to check.
        public init() {}

        /// The same for an image that is, or is not, in a container such as qcow2.
        func forContainer(_ isContainer: Bool) -> Options {
            guard isContainer, isOneChecksumEnough || isChecksumOfFile else { return self }
            var options = self
            if isOneChecksumEnough { options.downloadChecksum = checksum } else { options.fileChecksum = checksum }
            options.checksum = nil
            (options.isChecksumOfFile, options.isOneChecksumEnough) = (false, false)
            return options
        }

        /// Whether every byte as served must come by once and in order.
        var readsServedBytes: Bool { downloadChecksum != nil || fileChecksum != nil || signature != nil }
    }

    /// Writes an image's body, and zeros where its head and tail belong.
    ///
    /// The first thing written is zeros over head and tail, flushed; then the body; then it is flushed, and the check
    /// sums are compared, the signature is verified and the disk is read back, as far as that is asked for. After an error head and tail stay zero, so that nothing boots from the disk.
    ///
    /// - Parameters:
    ///   - source: the image.
    ///   - descriptor: the disk, or a file at least as large as the image, open for reading and writing. The caller owns
    ///     it, and holds a disk with `O_EXCL`. It need not be open with `O_DIRECT`.
    ///   - members: the disks that mirror each other below it, which hold its bytes at the same places: where it is read
    ///     back, each of them is. Open for reading past the page cache; empty for a plain disk.
    ///   - facts: what `ImagePreflight` found out about the same image and disk.
    ///   - notice: told in a sentence each time that a write is tried once more.
    ///   - progress: told how far it is, several times a second, from a thread of the writer's own.
    /// - Returns: the withheld head and tail; `seal` writes them.
    /// - Throws: `ImageWriteError`, `ImageSourceError`, `DecompressionError`, `SystemCallError`; `CancellationError` when
    ///   the task was cancelled. All threads have ended by then, but for one whose call the disk does not answer
    ///   (`ImageWriteError.stuck`); it holds the disk until then.
    public static func write(
        _ source: any ImageSource, to descriptor: Descriptor, members: [Descriptor] = [], facts: ImageFacts,
        options: Options = Options(),
        notice: @escaping @Sendable (String) -> Void = { _ in },
        progress: @escaping @Sendable (ImageProgress) -> Void = { _ in }
    ) async throws -> WithheldTable {
        FreedMemory.keep()
        let target = try WriteTarget(descriptor, retries: WriteRetries(notice: notice))
        let regions = try WithheldRegions(of: facts.imageTable, diskSize: target.size, disk: descriptor.name)
        let run = ImageWriteRun(
            source.makeStream(), target: target, members: try members.map(WriteTarget.init), regions: regions,
            facts: facts,
            options: options.forContainer(facts.container != nil), progress: progress)
        return try await blockingWork("write", cancel: { run.fail(CancellationError()) }) { try run.perform() }
    }
}
