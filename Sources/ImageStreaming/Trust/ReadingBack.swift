import ImageSources

extension ImageWriteRun {
    /// Reads the image's body as it is on the disk now, which was flushed, in buffers of 4 MiB.
    ///
    /// - Parameters:
    ///   - size: bytes of the image.
    ///   - sums: what was written, to compare with.
    ///   - fill: puts into a buffer what of this range of the image is not on the disk.
    ///   - body: gets each buffer.
    /// - Throws: `ImageWriteError.readBackDiffers`, or `writeFailed` where the disk cannot be read.
    func readBack(
        _ size: UInt64, comparing sums: WrittenSums?, fill: (PageBuffer, Range<UInt64>) -> Void = { _, _ in },
        _ body: (FilledBuffer) throws -> Void = { _ in }
    ) throws {
        var meter = progressMeter(facts.origin)
        var offset: UInt64 = 0
        while offset < size {
            let buffer = try emptyBuffer()
            let end = offset + min(UInt64(PageBuffer.length), size - offset)
            let pieces = regions.body(in: offset..<end)
            if pieces != [offset..<end] {
                buffer.bytes.initializeMemory(as: UInt8.self, repeating: 0)
                fill(buffer, offset..<end)
            }
            for piece in pieces {
                try target.read(
                    piece,
                    into: UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[Int(piece.lowerBound - offset)...]))
            }
            let filled = filledBuffer(buffer, offset: offset, count: Int(end - offset))
            if let place = sums?.firstDifference(in: filled.contents, at: offset, pieces: pieces) {
                throw ImageWriteError.readBackDiffers(
                    disk: target.descriptor.name, offset: place + (facts.enclosure?.start ?? 0))
            }
            try body(filled)
            offset = end
            meter.update(served: 0, image: offset, isReadingBack: true)
        }
    }

    /// A buffer that nobody has.
    func emptyBuffer() throws(ImageSourceError) -> PageBuffer {
        guard let buffer = freeBuffers.pop() else { throw .cancelled }
        return buffer
    }
}
