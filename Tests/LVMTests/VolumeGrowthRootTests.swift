import Testing

@testable import LVM

/// Needs root, loop devices and lvm2.
@Suite(.serialized) struct `LVM growth as Root` {
    /// What is made in group `grow` besides `root`, and the sectors that `root` maps to afterwards.
    private static let layouts: [(name: String, others: [[String]], table: [String])] = [
        ("alone", [], ["0 253952 2048"]),
        (
            "with a volume behind it", [["lvcreate", "-L", "8M", "-n", "swap"]],
            ["0 81920 2048", "81920 155648 100352"]
        ),
        (
            "in two pieces", [["lvcreate", "-L", "4M", "-n", "home"], ["lvextend", "-L", "+4M", "grow/root"]],
            ["0 81920 2048", "81920 163840 92160"]
        ),
    ]

    @Test(arguments: layouts.indices)
    func `a root grows to what pvresize and lvextend make of it`(index: Int) throws {
        let layout = Self.layouts[index]
        let tools = try LVMTools()
        let device = try tools.device(mebibytes: 64)
        try tools.lvm("pvcreate", device)
        try tools.lvm("vgcreate", "--addtag", "Ein/Tag", "grow", device)
        try tools.lvm("lvcreate", "-an", "-Zn", "-Wn", "-L", "40M", "-n", "root", "--addtag", "system", "grow")
        for other in layout.others {
            let isNew = other[0] == "lvcreate"
            let command = other.dropFirst() + (isNew ? ["-an", "-Zn", "-Wn", "grow"] : [])
            try tools.lvm(other[0], Array(command))
        }
        let before = try LVMTools.head(of: device)
        try tools.lengthen(device, mebibytes: 128)

        let growth = try grow(device, toMebibytes: 128)
        #expect(growth.oldBytes == (layout.name == "in two pieces" ? 44 : 40) << 20)
        #expect(
            growth.newBytes == growth.oldBytes
                + (124 - (layout.name == "in two pieces" ? 48 : layout.others.isEmpty ? 40 : 48)) << 20)
        let physical = try #require(try volume(in: try LVMTools.head(of: device)))
        #expect(try VolumeGroup(metadata: try #require(physical.metadata)) == growth.group)
        let mapping = try growth.group.mapping(of: growth.volume, devices: [physical.uuid: "8:3"])
        #expect(
            mapping.targets.map { "\($0.firstSector) \($0.sectorCount) \($0.parameters.split(separator: " ")[1])" }
                == layout.table)

        // lvm2 finds nothing to say about it.
        #expect(try tools.complaints("vgck", "grow").isEmpty)
        #expect(try tools.complaints("pvck", device).isEmpty)
        let report = try tools.lvm(
            "pvs", "--noheadings", "--units", "m", "-o", "pv_pe_count,pv_free,dev_size,vg_seqno", device)
        for text in ["31", "0m", "128.00m", "\(growth.group.sequence)"] { #expect(report.contains(text), "\(report)") }
        #expect(try tools.lvm("pvck", "--dump", "headers", device).contains("device_size \(128 << 20)"))
        let ours = try text(of: device)

        // Back to what it was, and once more by lvm2.
        try LVMTools.write(before, to: device)
        try tools.lvm("pvresize", device)
        try tools.lvm("lvextend", "-l", "+100%FREE", "grow/root")
        #expect(try text(of: device) == ours)

        // And lvm2 goes on from what was written.
        try LVMTools.write(before, to: device)
        _ = try grow(device, toMebibytes: 128)
        try tools.lvm("lvreduce", "-f", "-y", "-l", "-1", "grow/root")
        try tools.lvm("lvcreate", "-an", "-Zn", "-Wn", "-l", "1", "-n", "more", "grow")
        #expect(try tools.complaints("vgck", "grow").isEmpty)
    }

    @Test func `texts follow each other round an area that is hardly larger than two of them`() throws {
        let tools = try LVMTools()
        let device = try tools.device(mebibytes: 8)
        try tools.lvm("pvcreate", "--metadatasize", "32k", "--dataalignment", "4k", device)
        // The text of 6 KiB leaves room for five in the area's 32 KiB.
        let tags = (0..<5).flatMap { ["--addtag", String(repeating: "\($0)", count: 1000)] }
        try tools.lvm("vgcreate", ["-s", "512k", "round", device] + tags)
        try tools.lvm("lvcreate", "-an", "-Zn", "-Wn", "-l", "4", "-n", "root", "round")
        var places: [UInt64] = []
        for mebibytes in 9...20 {
            try tools.lengthen(device, mebibytes: mebibytes)
            let growth = try grow(device, toMebibytes: mebibytes, "root")
            places.append(try #require(growth.stages.first?.first).offset)
            #expect(try tools.complaints("vgck", "round").isEmpty)
            let size = try tools.lvm(
                "lvs", "--noheadings", "--units", "b", "--nosuffix", "-o", "lv_size", "round/root")
            #expect(size.split(separator: "\n").last.map { $0.filter(\.isNumber) } == "\(growth.newBytes)")
        }
        // Round at least twice.
        #expect(zip(places, places.dropFirst()).filter { $0 > $1 }.count >= 2, "\(places)")
    }

    @Test func `a second metadata area and a second physical volume leave the group alone`() throws {
        let tools = try LVMTools()
        let device = try tools.device(mebibytes: 64)
        try tools.lvm("pvcreate", "--pvmetadatacopies", "2", device)
        try tools.lvm("vgcreate", "two", device)
        try tools.lvm("lvcreate", "-an", "-Zn", "-Wn", "-L", "8M", "-n", "root", "two")
        let physical = try #require(try volume(in: try LVMTools.head(of: device)))
        let error = #expect(throws: NoVolumeGrowth.self) { try physical.growing("root", toDeviceBytes: 128 << 20) }
        #expect(error?.reason == .severalAreas(2))

        let members = [try tools.device(mebibytes: 32), try tools.device(mebibytes: 32)]
        for member in members { try tools.lvm("pvcreate", member) }
        try tools.lvm("vgcreate", "wide", members[0], members[1])
        try tools.lvm("lvcreate", "-an", "-Zn", "-Wn", "-l", "2", "-n", "root", "wide")
        let wide = try #require(try volume(in: try LVMTools.head(of: members[0])))
        let spread = #expect(throws: NoVolumeGrowth.self) { try wide.growing("root", toDeviceBytes: 64 << 20) }
        #expect(spread?.reason == .severalPhysicalVolumes(2))
    }

    /// Grows a volume as the agent does, one stage after the other.
    private func grow(_ device: String, toMebibytes size: Int, _ name: String = "root") throws -> VolumeGrowth {
        let physical = try #require(try volume(in: try LVMTools.head(of: device)))
        let growth = try physical.growing(name, toDeviceBytes: UInt64(size) << 20)
        for stage in growth.stages {
            // Until the header is written the old text holds.
            if stage == growth.stages[1] {
                #expect(try volume(in: try LVMTools.head(of: device))?.metadata == physical.metadata)
            }
            for write in stage { try LVMTools.write(write.bytes, to: device, at: write.offset) }
        }
        return growth
    }

    /// The metadata without what differs between any two runs of lvm2, and without its two ways to count a device: with
    /// the room before the first extent when it makes the group, without when it resizes.
    private func text(of device: String) throws -> String {
        let bytes = try #require(try volume(in: try LVMTools.head(of: device))?.metadata)
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            .prefix { !$0.hasPrefix("# Generated") }
            .filter { !$0.hasPrefix("seqno = ") && !$0.hasPrefix("dev_size = ") }.joined(separator: "\n")
    }
}
