import Foundation
import ImageSources
import LinuxSystem

/// Makes a qcow2 file of a disk with the real qemu-img.
///
/// - Parameters:
///   - options: of `qemu-img convert`.
///   - change: what the shell does to the file `image` then.
func qcow2(_ disk: [UInt8], _ options: String = "", change: String = ":") throws -> [UInt8] {
    let raw = try TemporaryFile(disk)
    let image = try TemporaryFile([])
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [
        "-ec", "image=\(image.path); qemu-img convert -f raw -O qcow2 \(options) \(raw.path) $image; \(change)",
    ]
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
        throw SystemCallError(call: "qemu-img", subject: "\(options); \(change)", errno: .ioError)
    }
    return try image.contents
}

/// A source that can only be read from start to end, in chunks of any length.
struct OneWaySource: ImageSource {
    let bytes: [UInt8]
    var chunk = 100_003
    /// What it says of its length, where that is not true.
    var claimedLength: UInt64?
    let name = "one-way"
    func makeStream() -> any ImageStream { Stream(bytes, chunk, claimedLength) }

    private final class Stream: ImageStream {
        private let bytes: [UInt8]
        private let chunk: Int
        private let length: UInt64
        private let offset = Monitor(0)

        init(_ bytes: [UInt8], _ chunk: Int, _ claimedLength: UInt64?) {
            self.bytes = bytes
            length = claimedLength ?? UInt64(bytes.count)
            self.chunk = chunk
        }

        func open() -> ImageOrigin { ImageOrigin(name: "one-way", length: length) }

        func withNextChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Bool {
            let start = offset.update { offset in
                defer { offset = min(offset + chunk, bytes.count) }
                return offset
            }
            guard start < bytes.count else { return false }
            try bytes[start..<min(start + chunk, bytes.count)].withUnsafeBytes(body)
            return true
        }

        func cancel() {}
        func close() {}
    }
}
