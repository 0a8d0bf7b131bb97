import LinuxSystem

/// Reads a disk piece by piece, without what is unused. For several threads at once.
struct CaptureReader: Sendable {
    /// Direct I/O takes no smaller unit of any usual disk.
    private static let unit: UInt64 = 4096
    /// A shorter gap is read along with what lies around it: a call of its own costs more.
    private static let shortestGap: UInt64 = 64 << 10

    let extents: CaptureExtents
    let disk: String
    let sectorSize: Int
    /// Reads a range into aligned memory that has room for whole sectors.
    let read: @Sendable (Range<UInt64>, UnsafeMutableRawBufferPointer) throws(ImageWriteError) -> Void

    init(_ target: WriteTarget, extents: CaptureExtents) {
        self.init(extents: extents, disk: target.descriptor.name, sectorSize: target.sectorSize) {
            range, buffer throws(ImageWriteError) in try target.read(range, into: buffer)
        }
    }

    init(
        extents: CaptureExtents, disk: String, sectorSize: Int,
        read: @escaping @Sendable (Range<UInt64>, UnsafeMutableRawBufferPointer) throws(ImageWriteError) -> Void
    ) {
        self.extents = extents
        self.disk = disk
        self.sectorSize = sectorSize
        self.read = read
    }

    /// Fills a buffer with a piece of the disk, unused ranges as zeros.
    ///
    /// - Parameter piece: begins at a multiple of `unit`, and is no longer than the buffer.
    /// - Returns: bytes that were read; 0 when all of the piece is unused, and the buffer was left alone.
    func fill(_ buffer: PageBuffer, with piece: Range<UInt64>) throws(CaptureError) -> UInt64 {
        let used = extents.used(in: piece)
        guard !used.isEmpty else { return 0 }
        var count: UInt64 = 0
        for range in runs(of: used, in: piece) {
            try read(range, into: part(range, of: buffer, at: piece.lowerBound))
            count += UInt64(range.count)
        }
        for range in extents.unused(in: piece) {
            part(range, of: buffer, at: piece.lowerBound).prefix(range.count).initializeZeros()
        }
        return count
    }

    /// What is read in one call each.
    private func runs(of used: [Range<UInt64>], in piece: Range<UInt64>) -> [Range<UInt64>] {
        var runs: [Range<UInt64>] = []
        for range in used {
            let start = range.lowerBound / Self.unit * Self.unit
            let end = min((range.upperBound + Self.unit - 1) / Self.unit * Self.unit, piece.upperBound)
            if let last = runs.last, start < last.upperBound + Self.shortestGap {
                runs[runs.count - 1] = last.lowerBound..<end
            } else {
                runs.append(start..<end)
            }
        }
        return runs
    }

    /// The buffer from a range's place on, to its end: a read may need room for all of the last sector.
    private func part(
        _ range: Range<UInt64>, of buffer: PageBuffer, at start: UInt64
    ) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[Int(range.lowerBound - start)...])
    }

    private func read(
        _ range: Range<UInt64>, into buffer: UnsafeMutableRawBufferPointer
    ) throws(CaptureError) {
        do throws(ImageWriteError) {
            try read(range, buffer)
        } catch {
            // Whatever the reason: EIO, ENODATA for a bad medium, ETIMEDOUT, ENOLINK.
            guard case .writeFailed = error else { throw failure(error, at: range.lowerBound) }
            try readAgain(range, into: buffer)
        }
    }

    /// Reads a range that could not be read once more, in small blocks: the one that cannot be read is named.
    private func readAgain(
        _ range: Range<UInt64>, into buffer: UnsafeMutableRawBufferPointer
    ) throws(CaptureError) {
        var start = range.lowerBound
        while start < range.upperBound {
            let end = min(start + Self.unit, range.upperBound)
            let place = Int(start - range.lowerBound)
            do throws(ImageWriteError) {
                try read(start..<end, UnsafeMutableRawBufferPointer(rebasing: buffer[place...]))
            } catch {
                throw failure(error, at: start)
            }
            start = end
        }
    }

    private func failure(_ error: ImageWriteError, at offset: UInt64) -> CaptureError {
        guard case .writeFailed(_, _, let sector, let sectorSize, let errno) = error else {
            return .unreadable(disk: disk, sector: offset / UInt64(sectorSize), sectorSize: sectorSize, .ioError)
        }
        return .unreadable(disk: disk, sector: sector, sectorSize: sectorSize, errno)
    }
}

extension Slice<UnsafeMutableRawBufferPointer> {
    fileprivate func initializeZeros() {
        UnsafeMutableRawBufferPointer(rebasing: self).initializeMemory(as: UInt8.self, repeating: 0)
    }
}
