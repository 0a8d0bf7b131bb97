/// A group's metadata in which its only physical volume is as long as its device, and a linear volume takes all extents that
/// are free at its end. Pure arithmetic on the text.
///
/// What lvm2 does in two steps, pvresize(8) and lvextend(8), is one here: the sequence number goes up by one.
struct GroupGrowth {
    /// The metadata with everything in it that is not about growth, byte for byte.
    let metadata: [UInt8]
    /// The volume's length before and after, in extents.
    let extents: (old: Int, new: Int)

    /// Plans the growth of a volume.
    ///
    /// - Parameters:
    ///   - metadata: the group's text, as it lies on the disk.
    ///   - physicalVolume: the UUID of the physical volume that it was read from, without hyphens.
    ///   - deviceSectors: the length of its device in sectors of 512 bytes.
    init(
        _ metadata: [UInt8], volume name: String, physicalVolume uuid: String, deviceSectors: Int
    ) throws(NoVolumeGrowth.Reason) {
        var text: MetadataText
        do throws(LVMError) {
            text = try MetadataText(metadata)
        } catch {
            throw .damaged("text")
        }
        guard let group = text.root.fields.first(where: { !$0.value.fields.isEmpty })?.value else {
            throw .damaged("volume group")
        }
        try Self.checkStatus(of: group)
        let extentSize = try Self.number("extent_size", of: group, in: 1...Int(UInt32.max)).value
        let sequence = try Self.number("seqno", of: group, in: 0...Int(UInt32.max) - 1)
        let volumes = try Self.section("logical_volumes", of: group)

        // What the physical volume has, and will have.
        let member = try Self.member(of: group, uuid)
        let size = try Self.number("dev_size", of: member.value, in: 0...Int.max)
        let start = try Self.number("pe_start", of: member.value, in: 0...Int.max).value
        let count = try Self.number("pe_count", of: member.value, in: 0...Int(UInt32.max))
        let newCount = min(max(deviceSectors - start, 0) / extentSize, Int(UInt32.max))
        guard newCount >= count.value else {
            throw .deviceTooShort(needed: size.value, available: deviceSectors)
        }
        let (volume, last) = try Self.linear(name, of: volumes.value, on: member.name)
        let free = try UsedExtents(of: volumes.value, on: member.name, count: count.value).end..<newCount
        guard !free.isEmpty else { throw .noRoom }

        let length = try Self.number("extent_count", of: last.value, in: 1...Int(UInt32.max))
        let first = try Self.number("start_extent", of: last.value, in: 0...Int(UInt32.max)).value
        let end = first + length.value
        guard end <= Int(UInt32.max) - free.count else { throw .damaged("extent_count") }
        let isBehind = last.value.stripes.first.flatMap { last.value.end(of: $0) } == free.lowerBound

        text.replace(sequence.field, with: sequence.value + 1)
        if deviceSectors != size.value { text.replace(size.field, with: deviceSectors) }
        if newCount != count.value { text.replace(count.field, with: newCount) }
        if isBehind {
            text.replace(length.field, with: length.value + free.count)
        } else {
            let policies = [volume, group].map { $0.text("allocation_policy") }
            guard !policies.contains("contiguous") else { throw .notContiguous }
            let segments = try Self.number("segment_count", of: volume, in: 1...Int(UInt32.max) - 1)
            text.replace(segments.field, with: segments.value + 1)
            text.insert(
                Self.segment(segments.value + 1, at: end, of: free, on: member.name), after: last)
        }
        self.metadata = text.changed
        extents = (end, end + free.count)
    }

    /// vgchange(8): a group that is exported or not resizable is not to be changed, nor one that other hosts may change.
    private static func checkStatus(of group: MetadataNode) throws(NoVolumeGrowth.Reason) {
        let status = group.list("status")
        guard status.contains(.text("RESIZEABLE")), status.contains(.text("WRITE")) else {
            throw .lockedGroup("not resizable")
        }
        for flag in ["EXPORTED", "CLUSTERED", "SHARED", "PVMOVE", "PARTIAL"] where status.contains(.text(flag)) {
            throw .lockedGroup(flag)
        }
        if let lock = group.text("lock_type"), lock != "none" { throw .lockedGroup("locked by \(lock)") }
    }

    /// The group's only physical volume.
    private static func member(of group: MetadataNode, _ uuid: String) throws(NoVolumeGrowth.Reason) -> MetadataField {
        let members = try section("physical_volumes", of: group).value.fields
        guard let member = members.first, members.count == 1 else { throw .severalPhysicalVolumes(members.count) }
        guard member.value.text("id")?.filter({ $0 != "-" }) == uuid else { throw .damaged("physical volume") }
        let flags = member.value.list("flags") + member.value.list("status")
        guard !flags.contains(.text("MISSING")) else { throw .lockedPhysicalVolume("missing") }
        guard flags.contains(.text("ALLOCATABLE")) else { throw .lockedPhysicalVolume("not allocatable") }
        return member
    }

    /// A volume that has extents of its own and nothing else, and its last segment.
    private static func linear(
        _ name: String, of volumes: MetadataNode, on physicalVolume: String
    ) throws(NoVolumeGrowth.Reason) -> (volume: MetadataNode, last: MetadataField) {
        guard let volume = volumes.only(name)?.value else { throw .noSuchVolume }
        let usual: [MetadataNode] = ["READ", "WRITE", "VISIBLE", "FIXED_MINOR"].map { .text($0) }
        let status = volume.list("status")
        guard ["READ", "WRITE", "VISIBLE"].allSatisfy({ status.contains(.text($0)) }) else {
            throw .notLinear("hidden or read-only")
        }
        if case .text(let other)? = status.first(where: { !usual.contains($0) }) { throw .notLinear(other) }
        for other in volumes.fields where other.name != name {
            if other.value.segments.contains(where: { $0.value.mentions(name) }) { throw .isPart(of: other.name) }
        }
        let segments = volume.segments.sorted {
            ($0.value.number("start_extent") ?? -1) < ($1.value.number("start_extent") ?? -1)
        }
        guard let last = segments.last, volume.number("segment_count") == segments.count else {
            throw .damaged("segment_count")
        }
        var end = 0
        for segment in segments {
            guard segment.value.isStriped else { throw .notLinear(segment.value.text("type") ?? "of no type") }
            let stripes = segment.value.stripes
            guard stripes.count == 1, segment.value.number("stripe_count") == 1 else { throw .notLinear("striped") }
            guard stripes.allSatisfy({ $0.name == physicalVolume }) else { throw .notLinear("made of other volumes") }
            guard segment.value.number("start_extent") == end, let count = segment.value.number("extent_count"),
                (1...Int(UInt32.max)).contains(count)
            else { throw .damaged("segment") }
            end += count
        }
        return (volume, last)
    }

    private static func section(
        _ name: String, of node: MetadataNode
    ) throws(NoVolumeGrowth.Reason) -> MetadataField {
        guard let field = node.only(name), case .section = field.value else { throw .damaged(name) }
        return field
    }

    /// A number that is there once.
    private static func number(
        _ name: String, of node: MetadataNode, in range: ClosedRange<Int>
    ) throws(NoVolumeGrowth.Reason) -> (field: MetadataField, value: Int) {
        guard let field = node.only(name), case .number(let value) = field.value, range.contains(value) else {
            throw .damaged(name)
        }
        return (field, value)
    }

    /// A segment as lvm2 writes it (lvm2 `lib/format_text/export.c`).
    private static func segment(_ number: Int, at start: Int, of extents: Range<Int>, on physicalVolume: String)
        -> String
    {
        """

        segment\(number) {
        start_extent = \(start)
        extent_count = \(extents.count)

        type = "striped"
        stripe_count = 1

        stripes = [
        "\(physicalVolume)", \(extents.lowerBound)
        ]
        }
        """
    }
}
