import ByteCoding

/// Reads newc archives one entry at a time: a single one, or several one after the other with zero bytes between them,
/// as the kernel reads an initramfs with overlays.
public struct CPIOReader: Sendable {
    private var reader: ByteReader
    private var insideArchive = false

    /// Reads from uncompressed bytes.
    public init(_ bytes: [UInt8]) {
        reader = ByteReader(bytes)
    }

    /// Reads every entry, in the order in which they stand.
    public static func entries(of bytes: [UInt8]) throws(CPIOError) -> [CPIOEntry] {
        var reader = CPIOReader(bytes)
        var entries: [CPIOEntry] = []
        while let entry = try reader.next() { entries.append(entry) }
        return entries
    }

    /// The next entry, trailers passed over; `nil` at the end of the last archive.
    ///
    /// - Throws: `CPIOError` for bytes that are no archive. After an error the reader is of no further use.
    public mutating func next() throws(CPIOError) -> CPIOEntry? {
        while true {
            if !insideArchive { skipZeros() }
            if reader.isAtEnd {
                if insideArchive { throw CPIOError(.noTrailer, at: reader.offset) }
                return nil
            }
            let start = reader.offset
            let header = try readHeader()
            let path = try readName(length: header.nameLength, start: start)
            let body = try readBody(length: header.size, start: start, path: path)
            if path == NewcFormat.trailerName {
                insideArchive = false
                continue
            }
            insideArchive = true
            return CPIOEntry(
                path: path, content: try content(header, body: body, start: start, path: path),
                permissions: header.mode & 0o7777, owner: header.owner, group: header.group,
                modificationTime: header.modificationTime, inode: header.inode, linkCount: header.linkCount)
        }
    }

    private struct Header {
        var inode: UInt32 = 0
        var mode: UInt32 = 0
        var owner: UInt32 = 0
        var group: UInt32 = 0
        var linkCount: UInt32 = 0
        var modificationTime: UInt32 = 0
        var size: UInt32 = 0
        var major: UInt32 = 0
        var minor: UInt32 = 0
        var nameLength: UInt32 = 0
    }

    private mutating func skipZeros() {
        var ahead = reader
        while let byte = try? ahead.read(1).first, byte == 0 { reader = ahead }
    }

    private mutating func readHeader() throws(CPIOError) -> Header {
        let start = reader.offset
        guard let magic = try? reader.read(NewcFormat.magic.count) else { throw CPIOError(.truncated, at: start) }
        guard magic.elementsEqual(NewcFormat.magic) || magic.elementsEqual(NewcFormat.checksumMagic) else {
            throw CPIOError(.badMagic, at: start)
        }
        var header = Header()
        header.inode = try number()
        header.mode = try number()
        header.owner = try number()
        header.group = try number()
        header.linkCount = try number()
        header.modificationTime = try number()
        header.size = try number()
        _ = try number()
        _ = try number()
        header.major = try number()
        header.minor = try number()
        header.nameLength = try number()
        _ = try number()
        return header
    }

    private mutating func number() throws(CPIOError) -> UInt32 {
        let start = reader.offset
        guard let digits = try? reader.read(8) else { throw CPIOError(.truncated, at: start) }
        var value: UInt32 = 0
        for digit in digits {
            let nibble: UInt8
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): nibble = digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): nibble = digit - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): nibble = digit - UInt8(ascii: "A") + 10
            default: throw CPIOError(.badNumber, at: start)
            }
            value = value << 4 | UInt32(nibble)
        }
        return value
    }

    private mutating func readName(length: UInt32, start: Int) throws(CPIOError) -> String {
        guard length >= 2, length <= NewcFormat.longestName else { throw CPIOError(.badName, at: start) }
        guard let bytes = try? reader.read(Int(length)) else { throw CPIOError(.truncated, at: start) }
        let name = bytes.dropLast()
        guard bytes.last == 0, !name.contains(0), let text = String(validating: name, as: UTF8.self) else {
            throw CPIOError(.badName, at: start)
        }
        try skipPadding(after: NewcFormat.headerSize + Int(length), start: start, path: text)
        return text
    }

    private mutating func readBody(length: UInt32, start: Int, path: String) throws(CPIOError) -> ArraySlice<UInt8> {
        guard let body = try? reader.read(Int(length)) else { throw CPIOError(.truncated, at: start, path: path) }
        try skipPadding(after: Int(length), start: start, path: path)
        return body
    }

    /// Passes over the padding of a part of an entry. A trailer at the very end may lack it.
    private mutating func skipPadding(after length: Int, start: Int, path: String) throws(CPIOError) {
        let padding = NewcFormat.padding(after: length)
        if path == NewcFormat.trailerName, reader.remaining < padding {
            _ = reader.readRest()
            return
        }
        do { try reader.skip(padding) } catch { throw CPIOError(.truncated, at: start, path: path) }
    }

    private func content(
        _ header: Header, body: ArraySlice<UInt8>, start: Int, path: String
    ) throws(CPIOError) -> CPIOEntry.Content {
        switch header.mode & NewcFormat.typeMask {
        case NewcFormat.file: return .file(Array(body))
        case NewcFormat.directory: return .directory
        case NewcFormat.characterDevice: return .characterDevice(major: header.major, minor: header.minor)
        case NewcFormat.blockDevice: return .blockDevice(major: header.major, minor: header.minor)
        case NewcFormat.pipe: return .pipe
        case NewcFormat.socket: return .socket
        case NewcFormat.symbolicLink:
            guard !body.isEmpty, body.count < NewcFormat.longestName, !body.contains(0),
                let target = String(validating: body, as: UTF8.self)
            else { throw CPIOError(.badTarget, at: start, path: path) }
            return .symbolicLink(target)
        default: throw CPIOError(.badType, at: start, path: path)
        }
    }
}
