import Testing

@testable import LVM

@Suite struct `LVM metadata` {
    private static let group = """
        # A comment
        vg {
          id = "aaaaaa-aaaa"   # another
          seqno = 3
          extent_size = 8192
          physical_volumes { pv0 { id = "p-0" pe_start = 2048 } }
          logical_volumes { root { id = "l-0" status = ["READ", "VISIBLE"] SEGMENT } }
        }
        contents = "Text \\"Format\\" Volume Group"
        """

    private func parse(_ text: String) throws(LVMError) -> MetadataNode { try MetadataParser.parse(Array(text.utf8)) }

    @Test func `values, lists and sections are read, comments passed over`() throws {
        let node = try parse(
            "a = 1 b = \"x \\\\ \\\"y\\\"\"\nc = [ 1, \"two\", ]#end\nd { e = -4 f = [] g = 0.5 }\u{0}junk {")
        #expect(node.number("a") == 1)
        #expect(node.text("b") == "x \\ \"y\"")
        #expect(node.list("c") == [.number(1), .text("two")])
        #expect(node["d"]?.number("e") == -4)
        #expect(node["d"]?.list("f") == [])
        #expect(node["d"]?.text("g") == "0.5")
    }

    @Test(arguments: [
        ("a", 1), ("a {", 1), ("a = ", 1), ("a = [1", 1), ("a = [1 2]", 1), ("\na = \"x", 2), ("}", 1), ("a {\n} }", 2),
        ("= 1", 1), (String(repeating: "a{", count: 100_000), 1),
    ])
    func `what breaks the grammar is an error with its line`(text: String, line: Int) {
        let error = #expect(throws: LVMError.self) { try parse(text) }
        guard case .damagedText(let found, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(found == line)
    }

    /// Each: the segments of the volume, the reason for which it cannot be mapped.
    @Test(arguments: [
        ("", "it has no segments"),
        ("segment1 { start_extent = 1 extent_count = 1 type = \"striped\" stripes = [\"pv0\", 0] }", "leave gaps"),
        ("segment1 { start_extent = 0 extent_count = 0 type = \"striped\" stripes = [\"pv0\", 0] }", "leave gaps"),
        ("segment1 { start_extent = 0 extent_count = 1 type = \"thin\" stripes = [\"pv0\", 0] }", "of type thin"),
        (
            "segment1 { start_extent = 0 extent_count = 1 type = \"striped\" stripes = [\"pv9\", 0] }",
            "not in the metadata"
        ),
        ("segment1 { start_extent = 0 extent_count = 1 type = \"striped\" stripes = [\"pv0\", -1] }", "lies before"),
        ("segment1 { start_extent = 0 extent_count = 1 type = \"striped\" stripes = [\"pv0\"] }", "of type striped"),
        (
            "segment1 { start_extent = 0 extent_count = 1 type = \"striped\" stripes = [\"pv0\", 0, \"pv0\", 9] }",
            "no size"
        ),
        (
            "segment1 { start_extent = 0 extent_count = 9223372036854775807 type = \"striped\" stripes = [\"pv0\", 0] }",
            "larger than any disk"
        ),
        (
            "segment1 { start_extent = 0 extent_count = 1 type = \"striped\" stripes = [\"pv0\", 9223372036854775807] }",
            "larger than any disk"
        ),
    ])
    func `a volume that contradicts itself or is of another kind is not mapped`(segments: String, reason: String) throws
    {
        let text = Self.group.replacing("SEGMENT", with: segments)
        let group = try VolumeGroup(metadata: Array(text.utf8))
        let root = try #require(group.volumes.first)
        let error = #expect(throws: UnmappableVolume.self) { try group.mapping(of: root, devices: ["p0": "8:1"]) }
        #expect(error?.reason.contains(reason) == true, "\(String(describing: error))")
    }

    @Test(arguments: [
        "", "contents = \"x\"", "vg { id = \"a\" seqno = 1 }", "vg { id = \"a\" seqno = 1 extent_size = 0 }",
        "vg { id = \"a\" seqno = 1 extent_size = 1 physical_volumes { pv0 { id = \"p\" } } }",
    ])
    func `a group that lacks what it needs is damaged`(text: String) {
        #expect(throws: LVMError.self) { try VolumeGroup(metadata: Array(text.utf8)) }
    }

    @Test func `a hidden volume is none`() throws {
        let text = Self.group.replacing("\"READ\", \"VISIBLE\"", with: "\"READ\"").replacing("SEGMENT", with: "")
        #expect(try VolumeGroup(metadata: Array(text.utf8)).volumes.isEmpty)
    }
}
