import ByteCoding

/// What a module says of itself in its `.modinfo` section: `key=value` fields, each ended by NUL
/// (include/linux/moduleparam.h). ELF: System V ABI, chapters 4 and 5, 64-bit little-endian.
public struct ModuleInformation: Equatable, Sendable {
    /// The fields in order.
    public let fields: [Field]

    /// One field.
    public struct Field: Equatable, Sendable {
        /// Its name, such as `firmware`, `alias`, `depends`, `vermagic`.
        public let key: String
        /// Its value.
        public let value: String
    }

    /// Reads the section of a module file.
    ///
    /// - Throws: `ModuleInformationError` for what is not an uncompressed 64-bit little-endian ELF file with that section.
    public init(elf bytes: [UInt8]) throws(ModuleInformationError) {
        let section: ArraySlice<UInt8>?
        do throws(ByteReadError) {
            section = try Self.section(named: ".modinfo", of: bytes)
        } catch {
            throw .truncated(error)
        }
        guard let section else { throw .noInformation }
        fields = section.split(separator: 0).compactMap { field in
            guard let equals = field.firstIndex(of: UInt8(ascii: "=")) else { return nil }
            return Field(
                key: String(decoding: field[..<equals], as: UTF8.self),
                value: String(decoding: field[equals...].dropFirst(), as: UTF8.self))
        }
    }

    /// The values of a key, in order.
    public func values(of key: String) -> [String] {
        fields.filter { $0.key == key }.map(\.value)
    }

    private static func section(
        named name: String, of bytes: [UInt8]
    ) throws(ByteReadError) -> ArraySlice<UInt8>? {
        var reader = ByteReader(bytes)
        let identification = Array(try reader.read(16))
        guard identification.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]) else { return nil }
        // e_shoff, then e_shentsize, e_shnum and e_shstrndx.
        try reader.seek(to: 40)
        let table = try reader.littleEndian(UInt64.self)
        try reader.seek(to: 58)
        let entrySize = try reader.littleEndian(UInt16.self)
        let count = try reader.littleEndian(UInt16.self)
        let nameIndex = try reader.littleEndian(UInt16.self)

        func header(_ index: UInt16) throws(ByteReadError) -> (name: UInt32, offset: UInt64, size: UInt64) {
            let start = table.addingReportingOverflow(UInt64(index) * UInt64(entrySize))
            try reader.seek(to: start.overflow ? -1 : Int(clamping: start.partialValue))
            let name = try reader.littleEndian(UInt32.self)
            try reader.skip(20)
            return (name, try reader.littleEndian(UInt64.self), try reader.littleEndian(UInt64.self))
        }
        func content(offset: UInt64, size: UInt64) throws(ByteReadError) -> ArraySlice<UInt8> {
            try reader.seek(to: Int(clamping: offset))
            return try reader.read(Int(clamping: size))
        }

        let nameTable = try header(nameIndex)
        let names = try content(offset: nameTable.offset, size: nameTable.size)
        for index in 0..<count {
            let section = try header(index)
            let own = names.dropFirst(Int(section.name)).prefix { $0 != 0 }
            if own.elementsEqual(name.utf8) { return try content(offset: section.offset, size: section.size) }
        }
        return nil
    }
}
