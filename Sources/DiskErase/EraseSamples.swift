import Glibc
import LinuxSystem

/// What some places of a disk held before it was erased, to be compared with what they hold afterwards.
///
/// The head, the tail, and one place at random in each of 64 equal stretches. A place that is blank proves nothing, so it
/// is given a pattern of its own; head and tail are left alone, for no firmware must find anything there.
struct EraseSamples: Sendable {
    /// Bytes of each place: the largest logical sector.
    static let length = 4096
    private static let stretches: UInt64 = 64
    /// Nothing is planted nearer than this to either end, in bytes.
    private static let margin: UInt64 = 1 << 20

    struct Place: Sendable, Equatable {
        let offset: UInt64
        var before: [UInt8]
    }

    private(set) var places: [Place]

    /// Where to look.
    ///
    /// - Parameters:
    ///   - size: of the disk in bytes, a multiple of the sector size.
    ///   - sectorSize: logical, in bytes; it divides 4096.
    static func offsets(
        size: UInt64, sectorSize: UInt64, using generator: inout some RandomNumberGenerator
    ) -> [UInt64] {
        guard size > UInt64(length), sectorSize > 0 else { return size == 0 ? [] : [0] }
        let last = (size - UInt64(length)) / sectorSize * sectorSize
        let stretch = size / stretches
        var found = [0, last]
        for index in 0..<stretches {
            let start = index * stretch
            let room = min(stretch, last - min(start, last))
            let offset = start + (room == 0 ? 0 : UInt64.random(in: 0..<room, using: &generator))
            found.append(min(offset, last) / UInt64(length) * UInt64(length))
        }
        return Set(found).sorted()
    }

    /// Reads the places, and plants patterns where they are blank.
    ///
    /// - Parameters:
    ///   - reader: sees the disk, not a cache: open with `O_DIRECT`.
    ///   - writer: the disk's held descriptor.
    init(
        at offsets: [UInt64], size: UInt64, reader: Descriptor, writer: Descriptor
    ) throws(SystemCallError) {
        places = []
        var hasPlanted = false
        for offset in offsets {
            var place = Place(offset: offset, before: try Self.read(reader, at: offset))
            let isInside = offset >= Self.margin && offset &+ UInt64(Self.length) &+ Self.margin <= size
            if isInside, place.before.isUniform {
                place.before = Self.pattern(for: offset)
                let outcome = place.before.withUnsafeBytes { buffer in
                    Result { () throws(SystemCallError) in try writer.writeAll(buffer, at: offset) }
                }
                try outcome.get()
                hasPlanted = true
            }
            places.append(place)
        }
        if hasPlanted { try writer.synchronize() }
    }

    /// The first place, in bytes, that does not show the trace; `nil` when all do.
    func firstFault(_ trace: EraseWay.Trace, reader: Descriptor) throws(SystemCallError) -> UInt64? {
        for place in places {
            let now = try Self.read(reader, at: place.offset)
            if !Self.shows(trace, before: place.before, now: now) { return place.offset }
        }
        return nil
    }

    /// Whether what is read now is what an erase leaves.
    static func shows(_ trace: EraseWay.Trace, before: [UInt8], now: [UInt8]) -> Bool {
        guard !now.isEmpty, now.count == before.count else { return false }
        return switch trace {
        // A place that was blank, at an end of the disk, has nothing to lose.
        case .changed: before.isUniform || !now.sharesSector(with: before)
        case .blank: now.isUniform && (now[0] == 0 || now[0] == 0xff)
        case .zeros: now.isUniform && now[0] == 0
        }
    }

    /// Numbers that occur nowhere else, different for each place.
    static func pattern(for offset: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(length)
        var value = offset ^ 0x6d61_7274_6c65_7421
        while bytes.count < length {
            value = value &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            withUnsafeBytes(of: (value ^ value >> 32).littleEndian) { bytes.append(contentsOf: $0) }
        }
        return bytes
    }

    /// Reads through memory that is aligned as `O_DIRECT` wants it. Shorter at the end of the disk.
    private static func read(_ reader: Descriptor, at offset: UInt64) throws(SystemCallError) -> [UInt8] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: length, alignment: length)
        defer { buffer.deallocate() }
        let count = try reader.read(into: buffer, at: offset)
        return Array(UnsafeRawBufferPointer(buffer)[..<count])
    }
}

extension [UInt8] {
    /// Whether it is one byte over and over.
    var isUniform: Bool {
        guard let first else { return true }
        return allSatisfy { $0 == first }
    }

    /// Whether any 512 bytes, counted from the start, are the same and no blank.
    func sharesSector(with other: [UInt8]) -> Bool {
        stride(from: 0, to: Swift.min(count, other.count), by: 512).contains { start in
            let sector = Array(self[start..<Swift.min(start + 512, count)])
            return sector == Array(other[start..<Swift.min(start + 512, other.count)]) && !sector.isUniform
        }
    }
}
