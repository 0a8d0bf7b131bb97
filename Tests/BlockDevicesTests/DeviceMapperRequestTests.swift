import LVM
import Testing

@testable import BlockDevices

@Suite struct DeviceMapperRequestTests {
    private static let targets: [DeviceMapping.Target] = {
        let text = """
            vg { id = "g" seqno = 1 extent_size = 8192
              physical_volumes { pv0 { id = "p" pe_start = 2048 } }
              logical_volumes { root { id = "l" status = ["VISIBLE"]
                segment1 { start_extent = 0 extent_count = 5 type = "striped" stripes = ["pv0", 0] }
                segment2 { start_extent = 5 extent_count = 1 type = "striped" stripes = ["pv0", 6] } } } }
            """
        guard let group = try? VolumeGroup(metadata: Array(text.utf8)), let root = group.volumes.first,
            let mapping = try? group.mapping(of: root, devices: ["p": "8:3"])
        else { return [] }
        return mapping.targets
    }()

    @Test func theHeaderIsThatOfTheKernel() throws {
        let request = try #require(DeviceMapperRequest(name: "vg-root", uuid: "LVM-x"))
        let bytes = request.bytes
        #expect(bytes.count == 312)
        // version 4.0.0, data_size 312, data_start 312, target_count 0
        #expect(
            bytes[..<24] == [4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x38, 1, 0, 0, 0x38, 1, 0, 0, 0, 0, 0, 0])
        #expect(bytes[24..<48].allSatisfy { $0 == 0 })
        #expect(bytes[48..<56].elementsEqual(Array("vg-root".utf8) + [0]))
        #expect(bytes[176..<182].elementsEqual(Array("LVM-x".utf8) + [0]))
    }

    @Test func aTableIsATargetAfterTheOther() throws {
        let request = try #require(DeviceMapperRequest(name: "vg-root", targets: Self.targets))
        let table = request.bytes.dropFirst(312)
        #expect(table.count == 2 * (40 + 16))
        #expect(request.bytes[20] == 2)
        let first = Array(table.prefix(56))
        #expect(first[..<8] == [0, 0, 0, 0, 0, 0, 0, 0])
        #expect(first[8..<16] == [0, 0xa0, 0, 0, 0, 0, 0, 0], "40960 sectors")
        #expect(first[16..<24] == [0, 0, 0, 0, 56, 0, 0, 0], "status, and the distance to the next")
        #expect(first[24..<40].elementsEqual(Array("linear".utf8) + [UInt8](repeating: 0, count: 10)))
        #expect(first[40...].elementsEqual(Array("8:3 2048".utf8) + [UInt8](repeating: 0, count: 8)))
        let second = Array(table.dropFirst(56))
        #expect(second[..<8] == [0, 0xa0, 0, 0, 0, 0, 0, 0])
        #expect(second[40...].elementsEqual(Array("8:3 51200".utf8) + [UInt8](repeating: 0, count: 7)))
    }

    @Test func theAnswersDeviceNumberGivesTheMinor() throws {
        var request = try #require(DeviceMapperRequest(name: "x"))
        // huge_encode_dev(MKDEV(254, 0x123)): minor's low byte, major << 8, minor's rest << 12.
        request.bytes.replaceSubrange(40..<48, with: [0x23, 0xfe, 0x10, 0, 0, 0, 0, 0])
        #expect(request.minor == 0x123)
    }

    @Test func aNameThatDoesNotFitIsRefused() {
        let long = String(repeating: "x", count: 128)
        #expect(DeviceMapperRequest(name: long) == nil)
        #expect(DeviceMapperRequest(name: "x", uuid: long + "y") == nil)
        #expect(DeviceMapperRequest(name: String(long.dropLast())) != nil)
    }
}
