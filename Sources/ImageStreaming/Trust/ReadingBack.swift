import ImageSources

extension ImageWriteRun {
    /// Reads the image's body as it is on the disk now, which was flushed, in buffers of 4 MiB; of a mirror, on each of its
    /// disks.
    ///
    /// - Parameters:
    ///   - size: bytes of the image.
    ///   - sums: what was written, to compare with; without, one disk of a mirror stands for all.
    ///   - fill: puts into a buffer what of this range of the image is not on the disk.
    ///   - body: gets each buffer once.
    /// - Throws: `ImageWriteError.readBackDiffers`, or `writeFailed` where the disk cannot be read.
    func readBack(
        _ size: UInt64, comparing sums: WrittenSums?, fill: (PageBuffer, Range<UInt64>) -> Void = { _, _ in },
        _ body: (FilledBuffer) throws -> Void = { _ in }
    ) throws {
        var meter = progressMeter(facts.origin)
        var offset: UInt64 = 0
        while offset < size {
            let range = offset..<offset + min(UInt64(PageBuffer.length), size - offset)
            for (number, copy) in copies.enumerated() where number == 0 || sums != nil {
                let filled = try read(range, of: copy, comparing: sums, fill: fill)
                if number == 0 { try body(filled) }
            }
            offset = range.upperBound
            meter.update(served: 0, image: offset, isReadingBack: true)
        }
    }

    private func read(
        _ range: Range<UInt64>, of copy: WriteTarget, comparing sums: WrittenSums?,
        fill: (PageBuffer, Range<UInt64>) -> Void
    ) throws -> FilledBuffer {
        let buffer = try emptyBuffer()
        let pieces = regions.body(in: range)
        if pieces != [range] {
            buffer.bytes.initializeMemory(as: UInt8.self, repeating: 0)
            fill(buffer, range)
        }
        for piece in pieces {
            try copy.read(
                piece,
                into: UnsafeMutableRawBufferPointer(
                    rebasing: buffer.bytes[Int(piece.lowerBound - range.lowerBound)...]))
        }
        let filled = filledBuffer(buffer, offset: range.lowerBound, count: range.count)
        if let place = sums?.firstDifference(in: filled.contents, at: range.lowerBound, pieces: pieces) {
            throw ImageWriteError.readBackDiffers(
                disk: copy.descriptor.name, offset: place + (facts.enclosure?.start ?? 0))
        }
        return filled
    }

    /// A buffer that nobody has.
    func emptyBuffer() throws(ImageSourceError) -> PageBuffer {
        guard let buffer = freeBuffers.pop() else { throw .cancelled }
        return buffer
    }
}
