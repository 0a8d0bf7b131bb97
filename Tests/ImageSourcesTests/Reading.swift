import Diagnostics
import LinuxSystem

@testable import ImageSources

/// Reads a source to its end on a thread of its own.
func readAll(_ source: any ImageSource) async throws -> (bytes: [UInt8], origin: ImageOrigin, resumes: Int) {
    try await onThread { try readStream(source.makeStream()) }
}

func readStream(_ stream: any ImageStream) throws -> (bytes: [UInt8], origin: ImageOrigin, resumes: Int) {
    defer { stream.close() }
    let origin = try stream.open()
    var bytes: [UInt8] = []
    while try stream.withNextChunk({ bytes += $0 }) {}
    return (bytes, origin, stream.resumes)
}

func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        do {
            try NativeThread.start("test") { continuation.resume(with: Result { try body() }) }
        } catch {
            continuation.resume(throwing: error)
        }
    }
}

/// Time limits that a test can wait for.
func testOptions(_ change: (inout HTTPOptions) -> Void = { _ in }) -> HTTPOptions {
    var options = HTTPOptions()
    options.connectTimeout = .seconds(5)
    options.stallTimeout = .milliseconds(400)
    options.backoff = Backoff(first: .milliseconds(4), longest: .milliseconds(20))
    change(&options)
    return options
}

/// A source over http, or from a registry.
func source(_ urls: String..., change: (inout HTTPOptions) -> Void = { _ in }) throws -> any ImageSource {
    try MirroredImageSource(locations: urls, options: testOptions(change))
}

let image = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
