import Testing

@testable import BlockDevices

@Suite struct ATAIdentityTests {
    /// Identify data of a made-up disk; `name` is its WWN, which word 87 announces.
    static func data(serial: String, model: String, name: [UInt8] = [], isATAPI: Bool = false) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 512)
        func put(_ text: [UInt8], atWord word: Int, characters: Int) {
            let padded = text + [UInt8](repeating: 0x20, count: characters - text.count)
            for (index, byte) in padded.enumerated() { bytes[word * 2 + (index ^ 1)] = byte }
        }
        bytes[0] = 0x40
        bytes[1] = isATAPI ? 0x85 : 0
        put(Array(serial.utf8), atWord: 10, characters: 20)
        put(Array("FW01".utf8), atWord: 23, characters: 8)
        put(Array(model.utf8), atWord: 27, characters: 40)
        if name.count == 8 {
            bytes[175] = 0x41
            put(name, atWord: 108, characters: 8)
        }
        return bytes
    }

    private static let name: [UInt8] = [0x50, 0x02, 0x53, 0x8e, 0x00, 0x00, 0x00, 0x01]

    @Test func readsNamesWhoseCharactersAreSwappedInPairs() throws {
        let data = Self.data(serial: "   S45NNX0M1", model: "SAMSUNG MZ7LH960HAJR-00005", name: Self.name)
        let identity = try #require(ATAIdentity(data[...]))
        #expect(identity.serial == "S45NNX0M1")
        #expect(identity.firmware == "FW01")
        #expect(identity.model == "SAMSUNG MZ7LH960HAJR-00005")
        #expect(identity.worldwideName == "naa.5002538e00000001")
    }

    @Test func aNameThatIsNotAnnouncedIsNone() throws {
        var data = Self.data(serial: "S1", model: "M", name: Self.name)
        data[175] = 0
        #expect(ATAIdentity(data[...])?.worldwideName == "")
        data[175] = 0xc1
        #expect(ATAIdentity(data[...])?.worldwideName == "")
    }

    @Test func whatIsShortBlankOrNoDiskIsNone() {
        let data = Self.data(serial: "S1", model: "M")
        for length in 0..<512 { #expect(ATAIdentity(data.prefix(length)) == nil) }
        #expect(ATAIdentity([UInt8](repeating: 0, count: 512)[...]) == nil)
        #expect(ATAIdentity(Self.data(serial: "S1", model: "M", isATAPI: true)[...]) == nil)
    }

    @Test func thePageOfASCSITranslationHoldsIt() throws {
        let identify = Self.data(serial: "S45N", model: "SAMSUNG MZ7LH960HAJR-00005", name: Self.name)
        let page = [0, 0x89, 0x02, 0x38] + [UInt8](repeating: 0, count: 56) + identify
        let data = VitalProductData(page80: [], page83: [], page89: page)
        #expect(data.serial == "S45N")
        #expect(data.ataModel == "SAMSUNG MZ7LH960HAJR-00005")
        #expect(data.names == ["naa.5002538e00000001"])
        for length in 0..<page.count {
            #expect(VitalProductData(page80: [], page83: [], page89: Array(page.prefix(length))).serial == "")
        }
    }

    @Test func onlyADiskThatLacksAnIdentityIsAsked() throws {
        var disk = Disk(name: "sda", sizeBytes: 1000)
        disk.transport = .sata
        #expect(DeviceIdentity.isIncomplete(disk))
        let identity = try #require(ATAIdentity(Self.data(serial: "S1", model: "M", name: Self.name)[...]))
        let asked = DeviceIdentity.completed(disk, with: identity)
        #expect(asked.serials == ["S1"] && asked.worldwideNames == ["naa.5002538e00000001"] && asked.answeredItself)
        #expect(!DeviceIdentity.isIncomplete(asked))
        disk.transport = .usb
        #expect(!DeviceIdentity.isIncomplete(disk))
        disk.transport = .sas
        disk.vendor = "SEAGATE"
        #expect(!DeviceIdentity.isIncomplete(disk))
        disk.vendor = "ATA"
        disk.serials = ["OTHER"]
        #expect(DeviceIdentity.completed(disk, with: identity).serials == ["OTHER"])
    }
}
