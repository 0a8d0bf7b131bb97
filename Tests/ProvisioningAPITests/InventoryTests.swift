import FoundationEssentials
import ProvisioningAPI
import Testing

@Suite struct InventoryTests {
    @Test func aNeighbourIsWrittenAsTheContractSays() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let neighbour = Inventory.Neighbour(
            systemName: "leaf-12", chassisID: "52:54:00:aa:bb:01", portID: "Ethernet1/7", portDescription: "rack 4",
            vlan: 100, managementAddress: "10.0.0.1")
        let nic = Inventory.NetworkInterface(name: "eth0", mac: "52:54:00:12:34:56", carrier: true, lldp: neighbour)
        let text = try encoder.encode(nic)
        #expect(
            String(decoding: text, as: UTF8.self)
                == #"{"carrier":true,"driver":"","lldp":{"chassisId":"52:54:00:aa:bb:01","managementAddress":"10.0.0.1","#
                + #""portDescription":"rack 4","portId":"Ethernet1/7","systemName":"leaf-12","vlan":100},"#
                + #""mac":"52:54:00:12:34:56","name":"eth0","pciAddr":""}"#)
        #expect(try JSONDecoder().decode(Inventory.NetworkInterface.self, from: text) == nic)
    }

    @Test func aNeighbourNeedsNoMoreThanItsChassisAndPort() throws {
        let bare = Inventory.Neighbour(chassisID: "1", portID: "2")
        let text = try JSONEncoder().encode(bare)
        #expect(try JSONDecoder().decode(Inventory.Neighbour.self, from: text) == bare)
        #expect(
            try JSONDecoder().decode(Inventory.Neighbour.self, from: Data(#"{"chassisId":"1","portId":"2"}"#.utf8))
                == bare)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(Inventory.Neighbour.self, from: Data(#"{"chassisId":"1"}"#.utf8))
        }
    }

    @Test func theReleaseTimeIsADayInUTC() {
        #expect(
            Timestamp(Date(timeIntervalSince1970: Double(Version.releaseTime))).description
                == "2026-11-25T00:00:00.000Z")
    }
}
