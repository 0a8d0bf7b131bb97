import Glibc
import ImageSources
import LinuxSystem

/// Reads disks: from a disk to an image that `ImageWriter` writes back.
///
/// The image is as long as the disk, so what comes back has every table where it was; it is a sequence of zstd frames of
/// 2 MiB each, which every decoder reads as one stream. Memory stays below 96 MiB, whatever the disk's size.
public enum ImageCapture {
    /// How to go about it.
    public struct Options: Sendable {
        /// 1 (fast) to 19 (small).
        public var level: Int32 = 3
        /// Threads that read and compress.
        public var workers = min(max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1) + 1, 6)
        /// How often it is tried in all: an upload that broke off cannot be resumed.
        public var attempts = 3
        /// How long to wait, at most, before the next try.
        public var pause = Duration.seconds(10)

        /// The defaults.
        public init() {}
    }

    /// Captures a disk. Nothing is written to it.
    ///
    /// - Parameters:
    ///   - descriptor: the disk, or a file, open for reading. The caller owns it, and sees to it that nobody writes. It
    ///     need not be open with `O_DIRECT`.
    ///   - extents: which bytes are needed; see `CaptureExtents`.
    ///   - notice: told in a sentence when it is begun anew.
    ///   - progress: told how far it is, several times a second, from a thread of the capture's own.
    /// - Throws: `CaptureError`, `ImageDestinationError`, `SystemCallError`, `StuckCallError`; `CancellationError` when the
    ///   task was cancelled.
    public static func capture(
        _ descriptor: Descriptor, extents: CaptureExtents, to destination: any ImageDestination,
        options: Options = Options(), notice: @escaping @Sendable (String) -> Void = { _ in },
        progress: @escaping @Sendable (CaptureProgress) -> Void = { _ in }
    ) async throws -> CaptureSummary {
        let target = try WriteTarget(descriptor)
        guard extents.size > 0 else { throw CaptureError.empty(descriptor.name) }
        var attempt = 1
        while true {
            let run = try CaptureRun(target, extents: extents, to: destination, options: options, progress: progress)
            do {
                return try await blockingWork("capture", cancel: { run.fail(CancellationError()) }) {
                    try run.perform()
                }
            } catch let error as ImageDestinationError where error.mayPassSoon {
                if case .wantsForm = error {
                    notice("\(error); beginning anew with a form by POST")
                    continue
                }
                guard attempt < options.attempts else { throw error }
                attempt += 1
                notice("\(error); beginning anew from the start, try \(attempt) of \(options.attempts)")
                try await Task.sleep(for: options.pause * Double.random(in: 0.5...1))
            }
        }
    }
}
