import Testing

@testable import LVM

@Suite struct `Growth of a volume in LVM metadata` {
    /// Ten of 14 extents are the root's. `GROUP`, `MEMBER`, `STATUS`, `SEGMENT` and `OTHERS` are replaced by tests.
    private static let template = """
        # What comes first
        vg {
        id = "aaaaaa-aaaa"
        seqno = 3 # counts
        status = ["RESIZEABLE", "READ", "WRITE"]
        extent_size = 8192
        unheard_of = [ "x", 2 ] GROUP
        physical_volumes {
        pv0 { id = "p-0" status = ["ALLOCATABLE"] flags = [MEMBER] dev_size = 120000 pe_start = 2048 pe_count = 14 }
        }
        logical_volumes {
        root { id = "l-0" status = [STATUS] novelty { a = 1 } segment_count = 1
        segment1 { start_extent = 0 extent_count = 10 SEGMENT stripes = ["pv0", 0] } } OTHERS
        }
        }
        contents = "Text Format Volume Group"

        """

    private static func text(
        group: String = "", member: String = "", status: String = "\"READ\", \"WRITE\", \"VISIBLE\"",
        segment: String = "type = \"striped\" stripe_count = 1", others: String = ""
    ) -> String {
        template.replacing("GROUP", with: group).replacing("MEMBER", with: member).replacing("STATUS", with: status)
            .replacing("SEGMENT", with: segment).replacing("OTHERS", with: others)
    }

    private func grow(_ text: String, toExtents extents: Int = 100) throws -> (text: String, growth: GroupGrowth) {
        // Less than an extent is left over at the end.
        let growth = try GroupGrowth(
            Array(text.utf8) + [0, 7], volume: "root", physicalVolume: "p0", deviceSectors: 2048 + extents * 8192 + 8191
        )
        #expect(growth.metadata.suffix(2) == [0, 7], "what follows the text's end is kept")
        return (String(decoding: growth.metadata.dropLast(2), as: UTF8.self), growth)
    }

    @Test func `four numbers change where the volume's last extents lie before the free ones`() throws {
        let (text, growth) = try grow(Self.text())
        #expect(growth.extents == (10, 100))
        let expected = Self.text().replacing("seqno = 3", with: "seqno = 4")
            .replacing("dev_size = 120000", with: "dev_size = 829439")
            .replacing("pe_count = 14", with: "pe_count = 100").replacing(
                "extent_count = 10", with: "extent_count = 100")
        #expect(text == expected)
        let full = #expect(throws: NoVolumeGrowth.Reason.self) { try grow(text) }
        #expect(full == .noRoom)
    }

    @Test func `a segment is added where another volume lies between`() throws {
        let other = """
            swap { status = [] segment1 { start_extent = 0 extent_count = 2 type = "striped" stripes = ["pv0", 11] } }
            """
        let (text, growth) = try grow(Self.text(others: other))
        #expect(growth.extents == (10, 97))
        let group = try VolumeGroup(metadata: Array(text.utf8))
        #expect(
            try group.mapping(of: try #require(group.volumes.first), devices: ["p0": "8:1"]).targets.map(\.parameters)
                == ["8:1 2048", "8:1 \(2048 + 13 * 8192)"])
        #expect(text.contains("segment_count = 2") && text.contains("novelty { a = 1 }"))
        // The next growth makes the new segment longer.
        let (again, more) = try grow(text, toExtents: 200)
        #expect(more.extents == (97, 197) && again.contains("extent_count = 187") && again.contains("seqno = 5"))
        let contiguous = Self.text(group: "allocation_policy = \"contiguous\"", others: other)
        #expect(throws: NoVolumeGrowth.Reason.notContiguous) { try grow(contiguous) }
    }

    @Test func `extents that were free at the end before are the root's, too, on a device that did not grow`() throws {
        #expect(try grow(Self.text(), toExtents: 14).growth.extents == (10, 14))
    }

    private static let linear = "type = \"striped\" stripe_count = 1"
    private static func hidden(_ name: String, _ segment: String) -> String {
        "\(name) { status = [] segment1 { start_extent = 0 extent_count = 4 \(segment) } }"
    }

    @Test(
        arguments: [
            (text(group: "lock_type = \"dlm\""), .lockedGroup("locked by dlm")),
            (text().replacing("\"RESIZEABLE\", ", with: ""), .lockedGroup("not resizable")),
            (text().replacing("[\"RESIZEABLE\"", with: "[\"EXPORTED\", \"RESIZEABLE\""), .lockedGroup("EXPORTED")),
            (text(member: "\"MISSING\""), .lockedPhysicalVolume("missing")),
            (text().replacing("[\"ALLOCATABLE\"]", with: "[]"), .lockedPhysicalVolume("not allocatable")),
            (text().replacing("\"p-0\"", with: "\"p-1\""), .damaged("physical volume")),
            (text().replacing("pv0 {", with: "pv1 { id = \"p-1\" pe_start = 0 } pv0 {"), .severalPhysicalVolumes(2)),
            (text(status: "\"READ\", \"VISIBLE\""), .notLinear("hidden or read-only")),
            (text(status: "\"READ\", \"WRITE\", \"VISIBLE\", \"LOCKED\""), .notLinear("LOCKED")),
            (text(segment: "type = \"thin\" thin_pool = \"pool\""), .notLinear("thin")),
            (text(segment: "type = \"raid1\""), .notLinear("raid1")),
            (text(segment: "type = \"cache+METADATA_FORMAT\""), .notLinear("cache+METADATA_FORMAT")),
            (text(segment: "type = \"striped\" stripe_count = 2"), .notLinear("striped")),
            (text(others: hidden("snapshot0", "type = \"snapshot\" origin = \"root\"")), .isPart(of: "snapshot0")),
            (
                text(others: hidden("pvmove0", "type = \"mirror\" mirrors = [\"pv0\", 10]")),
                .unknownAllocation("pvmove0")
            ),
            (text(others: hidden("a", "type = \"striped\" stripes = [\"pv0\", 11]")), .unknownAllocation("a")),
            (text(others: hidden("a", "type = \"striped\" stripes = [\"pv0\", -1]")), .unknownAllocation("a")),
            (text(others: hidden("a", "type = \"striped\" stripes = [\"pv0\"]")), .unknownAllocation("a")),
            (text(others: "root { }"), .noSuchVolume),
            (text(group: "seqno = 9"), .damaged("seqno")),
            (text().replacing("seqno = 3", with: "seqno = 4294967295"), .damaged("seqno")),
            (text().replacing("extent_size = 8192", with: "extent_size = 0"), .damaged("extent_size")),
            (text().replacing("pe_start = 2048", with: "pe_start = -1"), .damaged("pe_start")),
            (text().replacing("segment_count = 1", with: "segment_count = 2"), .damaged("segment_count")),
            (text().replacing("start_extent = 0", with: "start_extent = 1"), .damaged("segment")),
            (
                text().replacing("pe_count = 14", with: "pe_count = 101"),
                .deviceTooShort(needed: 120_000, available: 829_439)
            ),
            (text() + "{", .damaged("text")), ("", .damaged("volume group")),
        ] as [(String, NoVolumeGrowth.Reason)])
    func `what is not a linear volume on extents of its own is left alone`(text: String, reason: NoVolumeGrowth.Reason)
    {
        #expect(throws: reason) { try grow(text) }
    }

    @Test func `a hidden part of a pool counts as used`() throws {
        let pool =
            Self.hidden("pool_tdata", "type = \"striped\" stripe_count = 1 stripes = [\"pv0\", 10]")
            + Self.hidden("pool", "type = \"thin-pool\" pool = \"pool_tdata\"")
        #expect(try grow(Self.text(others: pool)).growth.extents == (10, 96))
    }

    @Test func `random metadata keeps every byte that is not a changed number`() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            let noise = Self.noise(using: &random)
            let before = Self.text(group: noise, others: noise)
            let extents = Int.random(in: 15...1000, using: &random)
            let (after, growth) = try grow(before, toExtents: extents)
            #expect(growth.extents.new == extents)
            #expect(after.contains(noise))
            let undone = after.replacing("seqno = 4 #", with: "seqno = 3 #")
                .replacing("dev_size = \(2048 + extents * 8192 + 8191)", with: "dev_size = 120000")
                .replacing("pe_count = \(extents) }", with: "pe_count = 14 }")
                .replacing("extent_count = \(extents) type", with: "extent_count = 10 type")
            #expect(undone == before)
        }
    }

    /// Fields and sections of any kind, names that nothing else has, comments and blanks.
    private static func noise(using random: inout some RandomNumberGenerator, depth: Int = 0) -> String {
        var text = ""
        for index in 0..<Int.random(in: 1...4, using: &random) {
            text += [" ", "\n", "\t", " # seqno = 3 { \"\n"].randomElement(using: &random) ?? ""
            text += "n\(depth)\(index)"
            switch Int.random(in: 0..<4, using: &random) {
            case 0: text += " = \(Int.random(in: .min ... .max, using: &random))"
            case 1: text += "=\"} \\\" \\\\ ä\(Int.random(in: 0..<9, using: &random))\""
            case 2: text += "\n=[1, \"two\",\n 3.5 ]"
            default: text += depth < 3 ? " {\(noise(using: &random, depth: depth + 1))\n}" : "{ }"
            }
        }
        return text + "\n"
    }
}
