/// How far up a physical volume's extents are in use, by all volumes of its group, the hidden ones included.
struct UsedExtents {
    /// The first extent from which on all are free.
    let end: Int

    /// Adds up what lies on a physical volume.
    ///
    /// - Parameters:
    ///   - volumes: the section `logical_volumes`.
    ///   - physicalVolume: the name that the metadata gives it.
    ///   - count: extents that it has.
    /// - Throws: `NoVolumeGrowth.Reason` when it cannot be told what lies where.
    init(of volumes: MetadataNode, on physicalVolume: String, count: Int) throws(NoVolumeGrowth.Reason) {
        var end = 0
        for volume in volumes.fields {
            for segment in volume.value.segments {
                guard segment.value.isStriped else {
                    // Such as a move from one physical volume to another that has not ended.
                    if segment.value.mentions(physicalVolume) { throw .unknownAllocation(volume.name) }
                    continue
                }
                for stripe in segment.value.stripes where stripe.name == physicalVolume {
                    guard let last = segment.value.end(of: stripe), stripe.extent >= 0, last <= count else {
                        throw .unknownAllocation(volume.name)
                    }
                    end = max(end, last)
                }
                let isWhole = segment.value.list("stripes").count == segment.value.stripes.count * 2
                guard isWhole, !segment.value.stripes.isEmpty else { throw .unknownAllocation(volume.name) }
            }
        }
        self.end = end
    }
}

extension MetadataNode {
    /// The sections of a volume that describe its runs of extents.
    var segments: [MetadataField] {
        fields.filter { field in
            guard case .section = field.value else { return false }
            return field.name.hasPrefix("segment")
        }
    }

    /// Whether a segment lies on extents of physical volumes, on one or in turn on several.
    var isStriped: Bool { text("type") == "striped" || text("type") == "linear" }

    /// The places of a striped segment: what it lies on and the first extent there. Only whole pairs.
    var stripes: [(name: String, extent: Int)] {
        let list = list("stripes")
        return stride(from: 0, to: list.count, by: 2).compactMap { index in
            guard case .text(let name) = list[index], case .number(let extent)? = list.dropFirst(index + 1).first
            else { return nil }
            return (name, extent)
        }
    }

    /// The extent after the last that a striped segment takes in one of its places; `nil` when its length is none.
    func end(of stripe: (name: String, extent: Int)) -> Int? {
        guard let count = number("extent_count"), count > 0, count % max(stripes.count, 1) == 0 else { return nil }
        let (end, overflow) = stripe.extent.addingReportingOverflow(count / max(stripes.count, 1))
        return overflow ? nil : end
    }

    /// Whether a value in it, or in a list in it, is this text.
    func mentions(_ name: String) -> Bool {
        switch self {
        case .number: false
        case .text(let text): text == name
        case .list(let elements): elements.contains { $0.mentions(name) }
        case .section(let fields): fields.contains { $0.value.mentions(name) }
        }
    }
}
