import PartitionTable
import Testing

@testable import LVM

/// Needs root, loop devices and lvm2.
@Suite(.serialized) struct `LVM volumes as Root` {
    @Test func `linear volumes of a real volume group become tables of their extents`() throws {
        let tools = try LVMTools()
        let device = try tools.device(mebibytes: 64)
        try tools.lvm("pvcreate", device)
        try tools.lvm("vgcreate", "tiny-vg", device)
        try tools.lvm("lvcreate", "-an", "-Zn", "-Wn", "-L", "20M", "-n", "root", "tiny-vg")
        try tools.lvm("lvcreate", "-an", "-Zn", "-Wn", "-L", "4M", "-n", "var-log", "tiny-vg")
        // Its second segment lies after the other volume.
        try tools.lvm("lvextend", "-L", "+4M", "tiny-vg/root")

        let physical = try #require(try volume(in: try LVMTools.head(of: device)))
        let group = try VolumeGroup(metadata: try #require(physical.metadata))
        #expect(group.name == "tiny-vg")
        #expect(group.sequence == 4)
        #expect(group.extentSectors == 8192)
        #expect(group.memberUUIDs == [physical.uuid])
        #expect(group.volumes.map(\.name) == ["root", "var-log"])
        let root = try #require(group.volumes.first)
        let mapping = try group.mapping(of: root, devices: [physical.uuid: "8:3"])
        #expect(mapping.name == "tiny--vg-root")
        #expect(mapping.uuid == "LVM-\(group.uuid)\(root.uuid)" && mapping.uuid.utf8.count == 68)
        #expect(
            mapping.targets == [
                .init(firstSector: 0, sectorCount: 40960, type: "linear", parameters: "8:3 2048"),
                .init(firstSector: 40960, sectorCount: 8192, type: "linear", parameters: "8:3 51200"),
            ])
        let log = try #require(group.volumes.last)
        #expect(DeviceMapping.name(group: group.name, volume: log.name) == "tiny--vg-var--log")
        let refused = #expect(throws: UnmappableVolume.self) { try group.mapping(of: log, devices: [:]) }
        #expect(refused?.description.contains("tiny-vg/var-log is left out: physical volume pv0 (") == true)
    }

    @Test func `a striped volume's table names each physical volume`() throws {
        let tools = try LVMTools()
        let members = [try tools.device(mebibytes: 32), try tools.device(mebibytes: 32)]
        for member in members { try tools.lvm("pvcreate", member) }
        try tools.lvm("vgcreate", "wide", members[0], members[1])
        try tools.lvm(
            "lvcreate", "-an", "-Zn", "-Wn", "-i", "2", "-I", "64k", "-L", "16M", "-n", "data", "wide")
        let volumes = try members.map { try #require(try volume(in: try LVMTools.head(of: $0))) }
        let group = try VolumeGroup(metadata: try #require(volumes[1].metadata))
        #expect(group.memberUUIDs == volumes.map(\.uuid).sorted())
        let devices = [volumes[0].uuid: "7:0", volumes[1].uuid: "7:1"]
        let mapping = try group.mapping(of: try #require(group.volumes.first), devices: devices)
        #expect(
            mapping.targets == [
                .init(
                    firstSector: 0, sectorCount: 32768, type: "striped", parameters: "2 128 7:0 2048 7:1 2048")
            ])
    }

    @Test func `metadata that goes on at the start of its area is whole`() throws {
        let tools = try LVMTools()
        let device = try tools.device(mebibytes: 16)
        try tools.lvm("pvcreate", device)
        try tools.lvm("vgcreate", "round", device)
        var bytes = try LVMTools.head(of: device)
        let text = try #require(try volume(in: bytes)?.metadata)
        // The area begins at 4096 and ends with the first MiB, where lvm2 would split the text after many changes.
        let split = 700
        let end = bytes.count
        bytes.replaceSubrange(end - split..<end, with: text.prefix(split))
        bytes.replaceSubrange(4608..<4608 + text.count - split, with: text.dropFirst(split))
        withUnsafeBytes(of: UInt64(end - 4096 - split).littleEndian) {
            bytes.replaceSubrange(4096 + 40..<4096 + 48, with: $0)
        }
        repair(&bytes)
        #expect(try volume(in: bytes)?.metadata == text)
    }

    @Test func `a fresh physical volume is in no group, and a damaged one is an error, never a trap`() throws {
        let tools = try LVMTools()
        let device = try tools.device(mebibytes: 16)
        #expect(try volume(in: try LVMTools.head(of: device)) == nil)
        try tools.lvm("pvcreate", device)
        let fresh = try #require(try volume(in: try LVMTools.head(of: device)))
        #expect(fresh.metadata == nil && fresh.uuid.utf8.count == 32)
        try tools.lvm("vgcreate", "broken", device)
        let head = try LVMTools.head(of: device)
        let text = try #require(try volume(in: head)?.metadata)
        let place = try #require(head.firstRange(of: text)).lowerBound
        // A field of the label, of the area's header, and the text.
        for offset in [512 + 40, 4096 + 40, place + 10] {
            var damaged = head
            damaged[offset] ^= 1
            #expect(throws: LVMError.self, "byte \(offset)") { try volume(in: damaged) }
        }
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            var damaged = head
            for _ in 0..<4 { damaged[.random(in: 512..<1100, using: &random)] = .random(in: 0...255, using: &random) }
            // With a label and a header whose checksums are right.
            repair(&damaged)
            _ = try? volume(in: damaged)
            _ = try? volume(in: Array(damaged.prefix(.random(in: 0..<8192, using: &random))))
        }
    }

    private func repair(_ bytes: inout [UInt8]) {
        for (range, field) in [(512 + 20..<1024, 512 + 16), (4096 + 4..<4608, 4096)] {
            let checksum = CRC32.remainder(of: bytes[range], from: PhysicalVolume.checksumStart)
            withUnsafeBytes(of: checksum.littleEndian) { bytes.replaceSubrange(field..<field + 4, with: $0) }
        }
    }
}
