import ImageSources
import LinuxSystem

/// A source that says how far it is read.
struct HookedSource: ImageSource {
    private let source: any ImageSource
    private let onChunk: @Sendable (Int) -> Void

    /// - Parameter onChunk: is given the offset before each chunk.
    init(_ source: any ImageSource, onChunk: @escaping @Sendable (Int) -> Void) {
        self.source = source
        self.onChunk = onChunk
    }

    var name: String { source.name }
    func makeStream() -> any ImageStream { Stream(source.makeStream(), onChunk) }

    private final class Stream: ImageStream {
        private let stream: any ImageStream
        private let onChunk: @Sendable (Int) -> Void
        private let offset = Monitor(0)

        init(_ stream: any ImageStream, _ onChunk: @escaping @Sendable (Int) -> Void) {
            self.stream = stream
            self.onChunk = onChunk
        }

        func open() throws -> ImageOrigin { try stream.open() }
        func cancel() { stream.cancel() }
        func close() { stream.close() }

        func withNextChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Bool {
            try stream.withNextChunk { chunk in
                onChunk(
                    offset.update { offset in
                        defer { offset += chunk.count }
                        return offset
                    })
                try body(chunk)
            }
        }
    }
}
