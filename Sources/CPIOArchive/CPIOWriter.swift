import ByteCoding

/// Writes a newc archive: what goes in alone decides what comes out, byte for byte.
public struct CPIOWriter: Sendable {
    private var output = ByteWriter()
    private var nextInode: UInt32 = 1

    /// An empty archive.
    public init() {}

    /// Appends one entry.
    ///
    /// - Throws: `CPIOError` for a name or target that the kernel would skip without a word, or a body over 4 GiB.
    public mutating func append(_ entry: CPIOEntry) throws(CPIOError) {
        guard !entry.path.isEmpty, entry.path.utf8.count < NewcFormat.longestName, !entry.path.utf8.contains(0),
            entry.path != NewcFormat.trailerName
        else { throw CPIOError(.badName, at: output.count, path: entry.path) }
        var body: [UInt8] = []
        var device: (major: UInt32, minor: UInt32) = (0, 0)
        let type: UInt32
        switch entry.content {
        case .file(let bytes):
            guard UInt32(exactly: bytes.count) != nil else {
                throw CPIOError(.tooLarge, at: output.count, path: entry.path)
            }
            body = bytes
            type = NewcFormat.file
        case .directory: type = NewcFormat.directory
        case .symbolicLink(let target):
            guard !target.isEmpty, target.utf8.count < NewcFormat.longestName, !target.utf8.contains(0) else {
                throw CPIOError(.badTarget, at: output.count, path: entry.path)
            }
            body = Array(target.utf8)
            type = NewcFormat.symbolicLink
        case .characterDevice(let major, let minor):
            device = (major, minor)
            type = NewcFormat.characterDevice
        case .blockDevice(let major, let minor):
            device = (major, minor)
            type = NewcFormat.blockDevice
        case .pipe: type = NewcFormat.pipe
        case .socket: type = NewcFormat.socket
        }
        var numbered = entry
        if numbered.inode == nil {
            numbered.inode = nextInode
            nextInode = nextInode &+ 1
        }
        write(numbered, mode: type | entry.permissions & 0o7777, device: device, body: body)
    }

    /// The whole archive with its end-of-archive entry, padded with zeros to a multiple of `alignment` bytes.
    public consuming func finish(alignment: Int = 4) -> [UInt8] {
        let trailer = CPIOEntry(path: NewcFormat.trailerName, content: .file([]), permissions: 0, inode: 0)
        write(trailer, mode: 0, device: (0, 0), body: [])
        output.pad(toMultipleOf: alignment)
        return output.bytes
    }

    private mutating func write(
        _ entry: CPIOEntry, mode: UInt32, device: (major: UInt32, minor: UInt32), body: [UInt8]
    ) {
        let nameLength = entry.path.utf8.count + 1
        output.append(NewcFormat.magic)
        let fields: [UInt32] = [
            entry.inode ?? 0, mode, entry.owner, entry.group, entry.linkCount, entry.modificationTime,
            UInt32(truncatingIfNeeded: body.count), 0, 0, device.major, device.minor,
            UInt32(truncatingIfNeeded: nameLength), 0,
        ]
        for field in fields { output.append(Self.hexadecimal(field)) }
        output.append(entry.path.utf8)
        output.zeros(1)
        output.zeros(NewcFormat.padding(after: NewcFormat.headerSize + nameLength))
        output.append(body)
        output.zeros(NewcFormat.padding(after: body.count))
    }

    private static func hexadecimal(_ value: UInt32) -> [UInt8] {
        (0..<8).map { position in
            let nibble = UInt8(truncatingIfNeeded: value >> (28 - 4 * UInt32(position)) & 0xF)
            return nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") + nibble - 10
        }
    }
}
