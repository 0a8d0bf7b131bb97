import ByteCoding
import Testing

@testable import InitrdBuild

/// An ELF file with a `.modinfo` section, as small as can be.
func elfModule(_ fields: [String]) -> [UInt8] {
    let information: [UInt8] = fields.flatMap { (field: String) -> [UInt8] in Array(field.utf8) + [0] }
    let names = Array("\0.shstrtab\0.modinfo\0".utf8)
    var writer = ByteWriter()
    writer.append([0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0] as [UInt8])
    writer.zeros(8)
    writer.littleEndian(UInt16(1))
    writer.littleEndian(UInt16(62))
    writer.littleEndian(UInt32(1))
    writer.zeros(16)
    writer.littleEndian(UInt64(64 + names.count + information.count))
    writer.zeros(4)
    for value: UInt16 in [64, 0, 0, 64, 3, 1] { writer.littleEndian(value) }
    writer.append(names)
    writer.append(information)
    writer.zeros(64)
    let sections: [(name: UInt32, offset: Int, size: Int)] = [
        (1, 64, names.count), (11, 64 + names.count, information.count),
    ]
    for (name, offset, size) in sections {
        writer.littleEndian(name)
        writer.zeros(20)
        writer.littleEndian(UInt64(offset))
        writer.littleEndian(UInt64(size))
        writer.zeros(24)
    }
    return writer.bytes
}

@Suite struct ModuleInformationTests {
    static let bytes = elfModule(["firmware=bnx2/a.fw", "license=GPL", "firmware=bnx2/b=c.fw", "odd"])

    @Test func `the fields of the section are read in order`() throws {
        let information = try ModuleInformation(elf: Self.bytes)
        #expect(information.values(of: "firmware") == ["bnx2/a.fw", "bnx2/b=c.fw"])
        #expect(information.values(of: "license") == ["GPL"])
        #expect(information.fields.count == 3)
    }

    @Test func `a file cut anywhere is an error`() {
        for length in 0..<Self.bytes.count - 24 {
            #expect(throws: ModuleInformationError.self, "\(length) bytes") {
                try ModuleInformation(elf: Array(Self.bytes[..<length]))
            }
        }
    }

    @Test func `no byte changed makes the reader trap`() {
        var refused = 0
        for position in Self.bytes.indices {
            for value: UInt8 in [0, 0x7F, 0xFF] {
                var damaged = Self.bytes
                damaged[position] = value
                if (try? ModuleInformation(elf: damaged)) == nil { refused += 1 }
            }
        }
        #expect(refused > 50)
    }

    @Test func `what is no ELF file is named so`() {
        #expect(throws: ModuleInformationError.noInformation) {
            try ModuleInformation(elf: [UInt8](repeating: 0x28, count: 4096))
        }
    }
}
