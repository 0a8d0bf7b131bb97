import Decompression
import Glibc

/// Memory that direct I/O can use: aligned, and reused for the whole image.
///
/// `@unchecked`: it is filled by one thread and then only read, by those that it was handed to.
final class PageBuffer: @unchecked Sendable {
    /// Bytes of each buffer: large enough that neither a disk nor the system-call count limits.
    static let length = 4 << 20

    /// Behind them there is room for a decoder's `Decompressor.slack`.
    let bytes: UnsafeMutableRawBufferPointer

    init(length: Int = PageBuffer.length) {
        // Two megabytes: so that the kernel can use one huge page for it.
        let memory = UnsafeMutableRawBufferPointer.allocate(
            byteCount: length + Decompressor.slack, alignment: length >= 2 << 20 ? 2 << 20 : 4096)
        madvise(memory.baseAddress, length, 14)
        bytes = UnsafeMutableRawBufferPointer(rebasing: memory[..<length])
    }

    deinit {
        bytes.deallocate()
    }

    /// A copy of bytes in aligned memory.
    convenience init(copying source: some Collection<UInt8>) {
        self.init(length: max(source.count, 1))
        bytes.copyBytes(from: source)
    }
}

/// A full buffer on its way to the writers and, when a check sum is wanted, to the thread that computes it.
final class FilledBuffer: @unchecked Sendable {
    let buffer: PageBuffer
    /// Where its first byte belongs in the image.
    let offset: UInt64
    /// Bytes of the image in it.
    let count: Int
    private let onLastRelease: @Sendable (PageBuffer) -> Void

    init(
        _ buffer: PageBuffer, offset: UInt64, count: Int, onLastRelease: @escaping @Sendable (PageBuffer) -> Void
    ) {
        self.buffer = buffer
        self.offset = offset
        self.count = count
        self.onLastRelease = onLastRelease
    }

    deinit {
        onLastRelease(buffer)
    }

    var contents: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: buffer.bytes[..<count]) }
}
