import LinuxSystem

extension Decompressor {
    /// Bytes behind the end of an output that may be written to, where output is kept: a block of zstd (RFC 8878, 3.1.1.2.4).
    public static let slack = 128 << 10

    /// What decoding may cost.
    public struct Limits: Sendable {
        /// The largest zstd window, and the most memory for xz by one thread, in bytes.
        public var window: UInt64
        /// Threads for what consists of parts that do not depend on each other: blocks of xz and bzip2, frames of zstd.
        /// With one, all is decoded in the caller's.
        public var threads: Int
        /// Bytes that decoding such parts in parallel may take. What needs more is decoded by fewer threads.
        public var threadingMemory: UInt64
        /// Bytes of each output, but the last, where what is written stays as it is until the next output is full: what
        /// decoders look back to need not be kept a second time then. `Decompressor.slack` bytes behind an output are
        /// theirs as well. 0 when the caller uses or moves what it gets at once.
        public var keptOutput = 0
        /// Whether something that is known of the content is compared with it in the end, so that a check sum which zstd
        /// frames have themselves proves nothing more.
        public var isProvenOtherwise = false

        /// Limits; the window that zstd allows on 64-bit machines, 2 GiB, unless said otherwise.
        public init(window: UInt64 = 2 << 30, threads: Int = 2, threadingMemory: UInt64 = 32 << 20) {
            self.window = window
            self.threads = threads
            self.threadingMemory = threadingMemory
        }

        /// The same for an output that is not kept, and of which nothing is known.
        public var notInPlace: Limits {
            var limits = self
            (limits.keptOutput, limits.isProvenOtherwise) = (0, false)
            return limits
        }

        /// A thread for each processor, and for each of them as much memory as a block of `xz -6` takes, 24 MiB of data
        /// and what they are made from; but no more than a quarter of what is free.
        public static var ofThisMachine: Limits {
            let processors = MachineResources.processors
            let available = MachineResources.availableMemory
            let quarter = (available ?? 0) / 4
            return Limits(
                // A later frame may ask for more than the first, which was looked at.
                window: min(2 << 30, max(available ?? .max, leastThreadingMemory)), threads: processors,
                threadingMemory: min(UInt64(processors) * memoryOfThread, max(quarter, leastThreadingMemory)))
        }

        private static let memoryOfThread: UInt64 = 48 << 20
        private static let leastThreadingMemory: UInt64 = 32 << 20
    }
}
