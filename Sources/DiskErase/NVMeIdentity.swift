import ByteCoding

/// Of Identify Controller, what decides how its namespaces can be erased (NVM Express Base Specification 2.0, figure 275).
struct NVMeController: Sendable, Equatable {
    /// CMIC bit 1: the subsystem has several controllers, whose namespaces this one need not know.
    var isOneOfSeveral = false
    /// OACS bit 1.
    var canFormat = false
    /// FNA bit 0: formatting one namespace formats all.
    var formatsAllNamespaces = false
    /// FNA bit 1: erasing one namespace with a format erases all.
    var erasesAllNamespaces = false
    /// FNA bit 2: a format can erase by forgetting the key.
    var formatsCryptographically = false
    /// SANICAP bit 0.
    var sanitizesCryptographically = false
    /// SANICAP bit 1.
    var sanitizesBlocks = false
    /// SANICAP bit 2.
    var sanitizesByOverwriting = false

    /// Nothing of all that.
    init() {}

    init(_ identify: [UInt8]) throws(ByteReadError) {
        var reader = ByteReader(identify)
        try reader.seek(to: 76)
        let multipath: UInt8 = try reader.littleEndian()
        try reader.seek(to: 256)
        let commands: UInt16 = try reader.littleEndian()
        try reader.seek(to: 328)
        let sanitize: UInt32 = try reader.littleEndian()
        try reader.seek(to: 524)
        let format: UInt8 = try reader.littleEndian()
        isOneOfSeveral = multipath & 2 != 0
        canFormat = commands & 2 != 0
        formatsAllNamespaces = format & 1 != 0
        erasesAllNamespaces = format & 2 != 0
        formatsCryptographically = format & 4 != 0
        sanitizesCryptographically = sanitize & 1 != 0
        sanitizesBlocks = sanitize & 2 != 0
        sanitizesByOverwriting = sanitize & 4 != 0
    }

    /// Whether any kind of sanitizing is offered.
    var sanitizes: Bool { sanitizesCryptographically || sanitizesBlocks || sanitizesByOverwriting }
}

/// Of Identify Namespace, the format that a Format NVM must keep (NVM Command Set Specification 1.0, figure 97).
struct NVMeNamespace: Sendable, Equatable {
    /// How a namespace's blocks are laid out.
    struct Format: Sendable, Equatable {
        /// The LBA format in use, 0 to 63.
        var index: UInt8
        /// Metadata is transferred at the end of each block.
        var hasExtendedMetadata: Bool
        /// Type of end-to-end protection, 0 for none.
        var protectionType: UInt8
        /// Protection information is at the start of the metadata.
        var protectsFirstBytes: Bool
    }

    let format: Format

    init(format: Format) {
        self.format = format
    }

    init(_ identify: [UInt8]) throws(ByteReadError) {
        var reader = ByteReader(identify)
        try reader.seek(to: 25)
        let highestFormat: UInt8 = try reader.littleEndian()
        let formatted: UInt8 = try reader.littleEndian()
        try reader.seek(to: 29)
        let protection: UInt8 = try reader.littleEndian()
        // Bits 5 and 6 hold the index's upper half only where there are more than 16 formats.
        let upper = highestFormat > 15 ? (formatted >> 5 & 3) << 4 : 0
        format = Format(
            index: formatted & 0xf | upper, hasExtendedMetadata: formatted & 0x10 != 0,
            protectionType: protection & 7, protectsFirstBytes: protection & 8 != 0)
    }

    /// The identifiers in a namespace list (CNS 0x02 and 0x10): ascending, ended by 0.
    static func list(_ answer: [UInt8]) -> [UInt32] {
        var reader = ByteReader(answer)
        var found: [UInt32] = []
        while let identifier = try? reader.littleEndian(UInt32.self), identifier != 0 { found.append(identifier) }
        return found
    }
}

/// The sanitize status log page (NVM Express Base Specification 2.0, figure 265).
struct NVMeSanitizeStatus: Sendable, Equatable {
    /// What became of the latest sanitize operation.
    enum State: Sendable, Equatable {
        case none
        case completed
        case inProgress
        case failed
    }

    let state: State
    /// 0 to 100; only of meaning in progress.
    let percent: Int
    /// The controller's own estimates in seconds; `nil` where it gives none.
    let overwriteSeconds: Int?
    let blockEraseSeconds: Int?
    let cryptoEraseSeconds: Int?

    init(_ page: [UInt8]) throws(ByteReadError) {
        var reader = ByteReader(page)
        let progress: UInt16 = try reader.littleEndian()
        let status: UInt16 = try reader.littleEndian()
        try reader.skip(4)
        percent = Int(progress) * 100 / 65536
        state =
            switch status & 7 {
            case 1, 4: .completed
            case 2: .inProgress
            case 3: .failed
            default: .none
            }
        overwriteSeconds = try Self.estimate(&reader)
        blockEraseSeconds = try Self.estimate(&reader)
        cryptoEraseSeconds = try Self.estimate(&reader)
    }

    private static func estimate(_ reader: inout ByteReader) throws(ByteReadError) -> Int? {
        let seconds: UInt32 = try reader.littleEndian()
        return seconds == .max ? nil : Int(seconds)
    }
}
