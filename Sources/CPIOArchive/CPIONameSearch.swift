/// Looks for a name in newc archives that are fed piece by piece, one after the other with zero bytes between them; what
/// the files hold is passed over (`Documentation/driver-api/early-userspace/buffer-format.rst`).
public struct CPIONameSearch: Sendable {
    private enum Position: Sendable {
        /// Before the first archive, or behind a trailer.
        case between
        case header
        case name(length: Int, bodyLength: Int)
    }

    /// The last component of the path that is looked for.
    public let wanted: String
    /// Whether it was there.
    public private(set) var isFound = false
    /// Whether what was fed is no archive.
    public private(set) var isBroken = false
    private var position = Position.between
    private var gathered: [UInt8] = []
    private var toSkip = 0

    /// Looks for a file of this name, in whatever directory.
    public init(_ wanted: String) {
        self.wanted = wanted
    }

    /// Whether the last archive is complete.
    public var isBetween: Bool { if case .between = position { true } else { false } }

    /// Takes the next bytes.
    ///
    /// - Parameter stopsAtTrailer: to leave what follows an archive to the caller.
    /// - Returns: bytes used; fewer than there are only behind a trailer, and when no more are wanted.
    public mutating func take(_ bytes: UnsafeRawBufferPointer, stopsAtTrailer: Bool = false) -> Int {
        var used = 0
        while used < bytes.count, !isFound, !isBroken {
            if toSkip > 0 {
                let count = min(toSkip, bytes.count - used)
                toSkip -= count
                used += count
                continue
            }
            switch position {
            case .between:
                if bytes[used] == 0 { used += 1 } else { position = .header }
            case .header:
                guard gather(NewcFormat.headerSize, from: bytes, &used) else { continue }
                takeHeader()
            case .name(let length, let bodyLength):
                guard gather(length, from: bytes, &used) else { continue }
                takeName(length: length, bodyLength: bodyLength)
                if stopsAtTrailer, case .between = position { return used }
            }
        }
        return used
    }

    /// Whether so many bytes are gathered by now.
    private mutating func gather(_ count: Int, from bytes: UnsafeRawBufferPointer, _ used: inout Int) -> Bool {
        let more = min(count - gathered.count, bytes.count - used)
        gathered.append(contentsOf: bytes[used..<used + more])
        used += more
        return gathered.count == count
    }

    private mutating func takeHeader() {
        let magic = gathered.prefix(6)
        guard magic.elementsEqual(NewcFormat.magic) || magic.elementsEqual(NewcFormat.checksumMagic),
            let bodyLength = number(at: 54), let nameLength = number(at: 94),
            (1...NewcFormat.longestName).contains(nameLength)
        else {
            isBroken = true
            return
        }
        gathered = []
        position = .name(length: nameLength, bodyLength: bodyLength)
    }

    private mutating func takeName(length: Int, bodyLength: Int) {
        let name = String(decoding: gathered.dropLast(), as: UTF8.self)
        gathered = []
        isFound = name.split(separator: "/").last.map(String.init) == wanted
        guard name != NewcFormat.trailerName else {
            // Its padding is zero bytes like what may follow it.
            position = .between
            return
        }
        position = .header
        toSkip =
            NewcFormat.padding(after: NewcFormat.headerSize + length) + bodyLength
            + NewcFormat.padding(after: bodyLength)
    }

    /// Eight hexadecimal digits of the header.
    private func number(at offset: Int) -> Int? {
        Int(String(decoding: gathered[offset..<offset + 8], as: UTF8.self), radix: 16).flatMap { $0 < 0 ? nil : $0 }
    }
}
