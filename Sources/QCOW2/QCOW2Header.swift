import ByteCoding

/// The header of a qcow2 image, version 2 or 3, with what its extensions say: docs/interop/qcow2.txt of QEMU.
public struct QCOW2Header: Equatable, Sendable {
    /// How compressed clusters are compressed.
    public enum Compression: UInt8, Sendable {
        /// Raw deflate (RFC 1951), as zlib writes it.
        case deflate = 0
        /// Zstandard.
        case zstd = 1
    }

    /// As many first bytes as the header and the extensions that matter can take, of any image.
    public static let headLength = 64 << 10

    /// 2 or 3.
    public let version: UInt32
    /// A cluster's bytes are 2 to this power: 9 to 21.
    public let clusterBits: UInt32
    /// Bytes of the disk that is in the image.
    public let virtualSize: UInt64
    /// The table of tables, in the file: as many of its entries as the disk needs.
    public let l1Table: Range<UInt64>
    /// How compressed clusters are compressed.
    public let compression: Compression
    /// Whether clusters have 32 subclusters, each with its own state.
    public let hasSubclusters: Bool
    /// Older states of the disk, which are left alone.
    public let snapshotCount: UInt32

    /// Bytes of a cluster.
    public var clusterSize: UInt64 { 1 << UInt64(clusterBits) }
    /// Bytes that have a state of their own: a cluster's or a subcluster's.
    public var unit: UInt64 { hasSubclusters ? clusterSize / 32 : clusterSize }
    /// Bytes of an entry of a level-2 table.
    var entryLength: UInt64 { hasSubclusters ? 16 : 8 }
    /// Bytes of the disk that one level-2 table maps.
    var tableReach: UInt64 { clusterSize / entryLength * clusterSize }

    /// Reads a header.
    ///
    /// - Parameters:
    ///   - head: the file's first `headLength` bytes, or all when there are fewer.
    ///   - fileLength: bytes of the file, where known.
    /// - Throws: `QCOW2Refusal` when the image is damaged, or needs what is not there.
    public init(head: [UInt8], fileLength: UInt64?) throws(QCOW2Refusal) {
        do {
            try self.init(fields: HeaderFields(head), fileLength: fileLength)
        } catch let refusal as QCOW2Refusal {
            throw refusal
        } catch {
            throw .damaged("its header is cut off")
        }
    }

    private init(fields: HeaderFields, fileLength: UInt64?) throws(QCOW2Refusal) {
        try fields.requireNothingElse()
        guard (9...21).contains(fields.clusterBits) else {
            throw .damaged("its clusters are said to have 2^\(fields.clusterBits) bytes")
        }
        version = fields.version
        clusterBits = fields.clusterBits
        virtualSize = fields.virtualSize
        snapshotCount = fields.snapshotCount
        hasSubclusters = fields.incompatible.contains(.extendedL2)
        guard !hasSubclusters || clusterBits >= 14 else {
            throw .damaged("clusters of \(1 << clusterBits) bytes are too small for subclusters")
        }
        guard let compression = Compression(rawValue: fields.compressionType) else {
            throw .unknownCompression(fields.compressionType)
        }
        self.compression = compression
        let clusterSize: UInt64 = 1 << UInt64(clusterBits)
        let reach = clusterSize / (hasSubclusters ? 16 : 8) * clusterSize
        let entries = virtualSize / reach + (virtualSize % reach == 0 ? 0 : 1)
        // QEMU's own limit: 32 MiB.
        guard fields.l1Size <= 4 << 20 else {
            throw .damaged("its level-1 table is said to have \(fields.l1Size) entries")
        }
        guard entries <= UInt64(fields.l1Size) else {
            throw .damaged("its level-1 table is too small for a disk of \(virtualSize) bytes")
        }
        let (end, overflow) = fields.l1Offset.addingReportingOverflow(entries * 8)
        guard fields.l1Offset % clusterSize == 0, fields.l1Offset > 0 || entries == 0, !overflow else {
            throw .damaged("its level-1 table is said to begin at byte \(fields.l1Offset)")
        }
        guard end <= fileLength ?? .max else {
            throw .outside("its level-1 table", end: end, length: fileLength ?? 0)
        }
        l1Table = fields.l1Offset..<end
    }
}

/// The header's fields as they are.
struct HeaderFields {
    let version: UInt32
    let backingOffset: UInt64
    let clusterBits: UInt32
    let virtualSize: UInt64
    let cryptMethod: UInt32
    let l1Size: UInt32
    let l1Offset: UInt64
    let snapshotCount: UInt32
    let incompatible: IncompatibleFeatures
    let compressionType: UInt8
    let backingName: String
    private(set) var featureNames: [UInt8: String] = [:]

    init(_ head: [UInt8]) throws {
        var reader = ByteReader(head)
        guard try reader.bigEndian(UInt32.self) == 0x5146_49fb else {
            throw QCOW2Refusal.damaged("its magic number is missing")
        }
        version = try reader.bigEndian()
        guard version == 2 || version == 3 else { throw QCOW2Refusal.unknownVersion(version) }
        backingOffset = try reader.bigEndian()
        let backingLength: UInt32 = try reader.bigEndian()
        clusterBits = try reader.bigEndian()
        virtualSize = try reader.bigEndian()
        cryptMethod = try reader.bigEndian()
        l1Size = try reader.bigEndian()
        l1Offset = try reader.bigEndian()
        // The table of reference counts: whoever only reads does without.
        try reader.skip(12)
        snapshotCount = try reader.bigEndian()
        try reader.skip(8)
        var length = 72
        if version == 3 {
            incompatible = IncompatibleFeatures(rawValue: try reader.bigEndian())
            // Compatible and autoclear features, and the width of reference counts.
            try reader.skip(20)
            let stated: UInt32 = try reader.bigEndian()
            guard stated >= 104, stated % 8 == 0, stated <= 4096 else {
                throw QCOW2Refusal.damaged("its header is said to have \(stated) bytes")
            }
            length = Int(stated)
            let hasType = incompatible.contains(.compressionType)
            guard !hasType || length > 104 else {
                throw QCOW2Refusal.damaged("its header has no room for the kind of compression it uses")
            }
            compressionType = hasType ? try reader.bigEndian() : 0
        } else {
            incompatible = []
            compressionType = 0
        }
        let name = head.dropFirst(Int(clamping: backingOffset)).prefix(Int(min(backingLength, 1023)))
        backingName = String(decoding: name.filter { (0x20...0x7e).contains($0) }, as: UTF8.self)
        try readExtensions(&reader, from: length)
    }

    /// Looks for the names of features. The last extension has type 0; what lies beyond the bytes read is not needed.
    private mutating func readExtensions(_ reader: inout ByteReader, from start: Int) throws {
        try reader.seek(to: start)
        while reader.remaining >= 8 {
            let type: UInt32 = try reader.bigEndian()
            let length = Int(try reader.bigEndian(UInt32.self))
            if type == 0 { return }
            let padded = (length + 7) & ~7
            guard clusterBits > 21 || reader.offset + padded <= 1 << max(clusterBits, 9) else {
                throw QCOW2Refusal.damaged("an extension of its header is said to have \(length) bytes")
            }
            guard padded <= reader.remaining else { return }
            var contents = ByteReader(try reader.read(padded).prefix(length))
            guard type == 0x6803_f857 else { continue }
            while contents.remaining >= 48 {
                let kind: UInt8 = try contents.bigEndian()
                let bit: UInt8 = try contents.bigEndian()
                let name = try contents.read(46).prefix { (0x20...0x7e).contains($0) }
                if kind == 0 { featureNames[bit] = String(decoding: name, as: UTF8.self) }
            }
        }
    }

    /// Refuses an image of which not all is in this file, or which cannot be read without a secret.
    func requireNothingElse() throws(QCOW2Refusal) {
        if backingOffset != 0 { throw .backingFile(backingName) }
        if cryptMethod != 0 { throw .encrypted }
        if incompatible.contains(.externalDataFile) { throw .externalDataFile }
        if incompatible.contains(.corrupt) { throw .markedCorrupt }
        let unknown = incompatible.subtracting(.known).rawValue
        if unknown != 0 {
            let bit = UInt8(unknown.trailingZeroBitCount)
            throw .unknownFeature(bit: bit, name: featureNames[bit] ?? "")
        }
    }
}

/// Features without which the image cannot be read.
struct IncompatibleFeatures: OptionSet {
    let rawValue: UInt64

    /// The reference counts may be wrong; nothing here reads them.
    static let dirty = Self(rawValue: 1 << 0)
    static let corrupt = Self(rawValue: 1 << 1)
    static let externalDataFile = Self(rawValue: 1 << 2)
    static let compressionType = Self(rawValue: 1 << 3)
    static let extendedL2 = Self(rawValue: 1 << 4)
    static let known: Self = [.dirty, .corrupt, .externalDataFile, .compressionType, .extendedL2]
}
