import ByteCoding

/// Of Identify Controller, what decides which namespaces it can be given (NVM Express Base Specification 2.0, figure 275).
struct NamespaceManagement: Sendable, Equatable {
    /// CMIC bit 1: the subsystem has several controllers.
    let isOneOfSeveral: Bool
    /// CNTLID: the controller's own identifier.
    let controller: UInt16
    /// OACS bit 3: Namespace Management and Namespace Attachment are offered.
    let isOffered: Bool
    /// LPA bit 1: log page 0x05 is there.
    let listsCommands: Bool
    /// TNVMCAP in bytes.
    let totalBytes: UInt64
    /// UNVMCAP, what no namespace has, in bytes.
    let unallocatedBytes: UInt64
    /// How many namespaces there may be: MNAN, or NN where that is 0.
    let mostNamespaces: UInt32

    init(_ identify: [UInt8]) throws(ByteReadError) {
        var reader = ByteReader(identify)
        func integer<Value: FixedWidthInteger>(at offset: Int) throws(ByteReadError) -> Value {
            try reader.seek(to: offset)
            return try reader.littleEndian()
        }
        let multipath: UInt8 = try integer(at: 76)
        let commands: UInt16 = try integer(at: 256)
        let logs: UInt8 = try integer(at: 261)
        let total: UInt128 = try integer(at: 280)
        let unallocated: UInt128 = try integer(at: 296)
        let highest: UInt32 = try integer(at: 516)
        let most: UInt32 = try integer(at: 540)
        isOneOfSeveral = multipath & 2 != 0
        controller = try integer(at: 78)
        isOffered = commands & 8 != 0
        listsCommands = logs & 2 != 0
        totalBytes = UInt64(clamping: total)
        unallocatedBytes = UInt64(clamping: unallocated)
        mostNamespaces = most == 0 ? highest : most
    }

    /// Whether log page 0x05 says that a command is supported (CSUPP, bit 0 of its entry).
    static func supports(_ opcode: UInt8, _ page: [UInt8]) -> Bool {
        var reader = ByteReader(page)
        guard (try? reader.seek(to: Int(opcode) * 4)) != nil, let effects = try? reader.littleEndian(UInt32.self) else {
            return false
        }
        return effects & 1 != 0
    }

    /// The controllers in a list of them: their number, then as many identifiers (figure 137).
    static func controllers(_ list: [UInt8]) throws(ByteReadError) -> [UInt16] {
        var reader = ByteReader(list)
        let count: UInt16 = try reader.littleEndian()
        var found: [UInt16] = []
        for _ in 0..<count { found.append(try reader.littleEndian()) }
        return found
    }
}

/// A layout of blocks that a namespace can be made with (NVM Command Set Specification 1.0, figure 98).
struct BlockFormat: Sendable, Equatable {
    /// Its place in the controller's list, 0 to 63.
    let index: UInt8
    /// Bytes of data in a block.
    let sectorSize: Int
    /// Bytes of metadata beside them.
    let metadataBytes: Int
    /// RP: 0 for the fastest, 3 for the slowest.
    let slowness: Int

    /// The formats in an Identify Namespace structure; those that are not available are left out.
    static func list(_ identify: [UInt8]) throws(ByteReadError) -> [BlockFormat] {
        var reader = ByteReader(identify)
        try reader.seek(to: 25)
        let highest: UInt8 = try reader.littleEndian()
        try reader.seek(to: 128)
        var formats: [BlockFormat] = []
        for index in 0...min(highest, 63) {
            let entry: UInt32 = try reader.littleEndian()
            let exponent = entry >> 16 & 0xff
            guard 9...20 ~= exponent else { continue }
            formats.append(
                BlockFormat(
                    index: index, sectorSize: 1 << Int(exponent), metadataBytes: Int(entry & 0xffff),
                    slowness: Int(entry >> 24 & 3)))
        }
        return formats
    }
}

/// A namespace that a subsystem has.
struct AllocatedNamespace: Sendable, Equatable {
    let identifier: UInt32
    /// Blocks that can be addressed.
    let blocks: UInt64
    /// Whether there is room for all of them.
    let isFullyProvisioned: Bool
    let format: BlockFormat?
    let isWriteProtected: Bool
    /// The controllers that it is attached to.
    let controllers: [UInt16]

    /// - Parameters:
    ///   - identify: its Identify Namespace structure (NVM Command Set Specification 1.0, figure 97).
    ///   - controllers: the list of controllers that it is attached to.
    init(_ identifier: UInt32, _ identify: [UInt8], controllers: [UInt8]) throws(ByteReadError) {
        self.identifier = identifier
        var reader = ByteReader(identify)
        blocks = try reader.littleEndian()
        let capacity: UInt64 = try reader.littleEndian()
        isFullyProvisioned = capacity >= blocks
        let index = try NVMeNamespace(identify).format.index
        format = try BlockFormat.list(identify).first { $0.index == index }
        try reader.seek(to: 99)
        isWriteProtected = try reader.littleEndian(UInt8.self) & 1 != 0
        self.controllers = try NamespaceManagement.controllers(controllers)
    }

    /// Its size in bytes; 0 when its format is not known.
    var sizeBytes: UInt64 {
        let (bytes, overflow) = blocks.multipliedReportingOverflow(by: UInt64(format?.sectorSize ?? 0))
        return overflow ? .max : bytes
    }
}
