import Testing

@testable import BlockDevices

@Suite struct VitalProductDataTests {
    /// Page 0x80 as QEMU's scsi-hd with serial=S1 answers.
    static let serialPage: [UInt8] = [
        0x00, 0x80, 0x00, 0x04,  // peripheral, page code, length
        0x20, 0x53, 0x31, 0x20,  // " S1 "
    ]

    /// Page 0x83: designators of the unit, of its port and a vendor's own.
    static let identificationPage: [UInt8] = [
        0x00, 0x83, 0x00, 0x36,  // peripheral, page code, length 54
        0x02, 0x00, 0x00, 0x04, 0x64, 0x69, 0x73, 0x6b,  // ASCII, vendor specific: "disk"
        0x01, 0x03, 0x00, 0x08, 0x50, 0x00, 0xc5, 0x00, 0xa1, 0xb2, 0xc3, 0xd4,  // binary, NAA
        0x61, 0x93, 0x00, 0x08, 0x50, 0x00, 0xc5, 0x00, 0xa1, 0xb2, 0xc3, 0xd5,  // the port's NAA: association 1
        0x01, 0x02, 0x00, 0x08, 0x00, 0x25, 0x38, 0x5b, 0x71, 0xb0, 0x0a, 0x12,  // EUI-64
        0x02, 0x01, 0x00, 0x06, 0x51, 0x45, 0x4d, 0x55, 0x20, 0x31,  // T10: "QEMU 1"
    ]

    @Test func readsTheSerialNumber() {
        #expect(VitalProductData(page80: Self.serialPage, page83: []).serial == "S1")
    }

    @Test func namesTheUnitAndNotItsPort() {
        let data = VitalProductData(page80: [], page83: Self.identificationPage)
        #expect(data.names == ["naa.5000c500a1b2c3d4", "eui.0025385b71b00a12", "t10.QEMU 1"])
        #expect(data.serial == "")
    }

    @Test func anATADiskHasItsWholeModelInPage83() {
        let text = "ATA     " + padded("Samsung SSD 870 EVO 1TB", 40) + padded("S6PTNZ0R123456A", 20)
        let page = [0x00, 0x83, 0x00, 0x48, 0x02, 0x01, 0x00, 0x44] + Array(text.utf8)
        let data = VitalProductData(page80: [], page83: page)
        #expect(data.ataModel == "Samsung SSD 870 EVO 1TB")
        #expect(data.serial == "S6PTNZ0R123456A")
        let both = VitalProductData(page80: Self.serialPage, page83: page)
        #expect(both.serial == "S1")
    }

    @Test func aSCSINameStringIsAName() {
        let name = Array("naa.600508B1001C0001".utf8)
        let page = [0x00, 0x83, 0x00, UInt8(name.count + 4), 0x03, 0x08, 0x00, UInt8(name.count)] + name
        #expect(VitalProductData(page80: [], page83: page).names == ["naa.600508b1001c0001"])
    }

    @Test func aTruncatedOrForeignPageGivesWhatPrecedesTheFault() {
        for length in 0..<Self.identificationPage.count {
            let names = VitalProductData(page80: [], page83: Array(Self.identificationPage.prefix(length))).names
            #expect(names.contains("naa.5000c500a1b2c3d4") == (length >= 24))
        }
        #expect(
            VitalProductData(page80: Self.identificationPage, page83: Self.serialPage) == .init(page80: [], page83: []))
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: width - text.count)
    }
}
