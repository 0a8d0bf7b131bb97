import FirmwareBoot
import PartitionTable
import Testing

@Suite struct LoadOptionTests {
    private let partition = HardDriveNode(
        number: 2, firstLBA: 0x1000, sectorCount: 0x1800,
        signature: .guid(GUID("74696e79-6775-4573-9474-657370303031") ?? .zero))

    @Test func anEntryIsByteForByteThatOfEfibootmgr() throws {
        let option = LoadOption(
            label: "Lab entry", path: DevicePath(partition, file: "\\EFI\\debian\\grubx64.efi"))
        #expect(option.encoded == Array(FirmwareDump.shortForm.dropFirst(4)))
        #expect(try LoadOption(parsing: option.encoded[...]) == option)
    }

    @Test func readsWhatEfibootmgrAndTheFirmwareWrote() throws {
        let short = try FirmwareDump.option(FirmwareDump.shortForm)
        #expect(short.label == "Lab entry" && short.attributes == LoadOption.active)
        #expect(short.path.partition == partition)
        #expect(short.path.file == "\\EFI\\debian\\grubx64.efi")

        let full = try FirmwareDump.option(FirmwareDump.fullForm)
        #expect(full.path.nodes.count == 4 && full.path.partition == partition)
        #expect(full.path.file == "\\EFI\\tiny\\shimx64.efi")

        let data = try FirmwareDump.option(FirmwareDump.withData)
        #expect(String(decoding: data.optionalData.filter { $0 != 0 }, as: UTF8.self) == "quiet x")

        let menu = try FirmwareDump.option(FirmwareDump.firmwareMenu)
        #expect(menu.label == "UiApp" && menu.attributes == 0x109)
        #expect(menu.path.partition == nil && menu.path.nodes.count == 2)
    }

    @Test(arguments: [
        FirmwareDump.firmwareMenu, FirmwareDump.shortForm, FirmwareDump.withData, FirmwareDump.fullForm,
    ])
    func whatIsReadIsWrittenAgainTheSameAndCutShortIsRefusedOrShorter(variable: [UInt8]) throws {
        let bytes = Array(variable.dropFirst(4))
        let option = try LoadOption(parsing: bytes[...])
        #expect(option.encoded == bytes)
        let needed = bytes.count - option.optionalData.count
        for length in 0..<needed {
            #expect(throws: (any Error).self) { try LoadOption(parsing: bytes[..<length]) }
        }
    }

    @Test func nothingInAVariableTraps() {
        var generator = SystemRandomNumberGenerator()
        for variable in [FirmwareDump.shortForm, FirmwareDump.withData, FirmwareDump.fullForm] {
            for index in variable.indices {
                var bytes = variable
                bytes[index] = UInt8.random(in: .min ... .max, using: &generator)
                guard let option = try? FirmwareDump.option(bytes) else { continue }
                _ = (option.encoded, option.path.file, option.path.partition)
            }
        }
    }

    @Test func aNodeThatDoesNotHoldWhatItsTypePromisesStaysBytes() throws {
        // HD with one byte too few; a file without its final zero; a file with half a surrogate pair.
        let nodes = [
            FirmwareDump.bytes("0401 2900") + [UInt8](repeating: 1, count: 37), FirmwareDump.bytes("0404 0600 4100"),
            FirmwareDump.bytes("0404 0800 00d8 0000"),
        ]
        let path = try DevicePath(parsing: (nodes.joined() + FirmwareDump.bytes("7fff0400"))[...])
        #expect(path.partition == nil && path.file == "\\")
        #expect(path.encoded == Array(nodes.joined()) + FirmwareDump.bytes("7fff0400"))
    }

    @Test func theSystemPartitionOfAnMBRIsNamedByTheDiskSignature() throws {
        var head = [UInt8](repeating: 0, count: PartitionTable.usualHeadLength)
        // Signature 0x12345678; Linux at sector 10240, an EFI system partition of 6144 sectors at 4096.
        head.replaceSubrange(440..<444, with: FirmwareDump.bytes("78563412"))
        head.replaceSubrange(446..<462, with: FirmwareDump.bytes("80000000 83000000 00280000 00c80000"))
        head.replaceSubrange(462..<478, with: FirmwareDump.bytes("00000000 ef000000 00100000 00180000"))
        head.replaceSubrange(510..<512, with: [0x55, 0xaa])
        let table = try PartitionTable.read(imageHead: head, sectorSize: 512)
        let node = try #require(table.systemPartitions.first)
        #expect(table.systemPartitions.count == 1 && node.guid == nil)
        let expected = FirmwareDump.bytes(
            """
            04012a00 02000000 0010000000000000 0018000000000000 78563412000000000000000000000000 01 01
            04040a00 5c0078000000 7fff0400
            """)
        #expect(DevicePath(node, file: "\\x").encoded == expected)
        #expect(try DevicePath(parsing: expected[...]).partition == node)
    }

    @Test(arguments: [
        ("Debian GNU/Linux", "Debian GNU/Linux"), ("a\u{1B}[31m\nb\0", "a[31mb"), ("Tux 🐧", "Tux ?"),
        ("Größe", "Größe"), (String(repeating: "x", count: 1000), String(repeating: "x", count: 64)), ("", ""),
    ])
    func aLabelIsBoundedAndFitForAMenu(name: String, label: String) throws {
        let option = LoadOption(label: name, path: DevicePath(partition, file: "\\a.efi"))
        #expect(option.label == label)
        #expect(try LoadOption(parsing: option.encoded[...]).label == label)
    }

    @Test(
        arguments: [
            ("Boot0000", 0), ("Boot002A", 0x2A), ("Boot00ff", 0xFF), ("BootFFFF", 0xFFFF), ("BootOrder", nil),
            ("BootNext", nil), ("Boot12", nil), ("Boot00000", nil), ("boot0001", nil), ("Boot+001", nil), ("", nil),
        ] as [(String, UInt16?)])
    func theNumberOfAnEntryIsInItsName(name: String, number: UInt16?) {
        #expect(BootNumber(variable: name)?.value == number)
        if let number { #expect(BootNumber(number).description.uppercased() == name.uppercased()) }
    }

    @Test func aListOfNumbersIsReadAndWritten() {
        #expect(BootNumber.list(parsing: FirmwareDump.order.dropFirst(4)) == [BootNumber(1), BootNumber(0)])
        #expect(BootNumber.list(parsing: [1, 0, 2]) == [BootNumber(1)])
        #expect(BootNumber.encode([BootNumber(0x1234), BootNumber(1)]) == [0x34, 0x12, 1, 0])
    }
}
