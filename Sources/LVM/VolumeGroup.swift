/// A volume group as the metadata of one of its physical volumes describes it.
public struct VolumeGroup: Equatable, Sendable {
    /// Its name.
    public let name: String
    /// Its UUID: 32 letters and digits, without hyphens.
    public let uuid: String
    /// How often it was changed: of two descriptions the one with the larger number holds.
    public let sequence: Int
    /// Sectors of 512 bytes in an extent.
    public let extentSectors: Int
    /// The first extent's sector on each physical volume, by the name that the metadata gives it.
    let physicalVolumes: [String: MemberVolume]
    /// The volumes that can be seen, in the metadata's order.
    public let volumes: [LogicalVolume]

    /// The UUIDs of its physical volumes.
    public var memberUUIDs: [String] { physicalVolumes.values.map(\.uuid).sorted() }

    /// Reads the metadata's text.
    ///
    /// - Throws: `LVMError`.
    public init(metadata: [UInt8]) throws(LVMError) {
        let root = try MetadataParser.parse(metadata)
        guard let group = root.fields.first(where: { !$0.value.fields.isEmpty }) else {
            throw .damaged(reason: "its metadata describes no volume group")
        }
        guard let uuid = group.value.text("id"), let sequence = group.value.number("seqno"),
            let extentSectors = group.value.number("extent_size"), (1...Int(UInt32.max)).contains(extentSectors)
        else { throw .damaged(reason: "volume group \(group.name) lacks its id, seqno or extent_size") }
        name = group.name
        self.uuid = uuid.filter { $0 != "-" }
        self.sequence = sequence
        self.extentSectors = extentSectors
        var members: [String: MemberVolume] = [:]
        for field in group.value["physical_volumes"]?.fields ?? [] {
            guard let id = field.value.text("id"), let start = field.value.number("pe_start"), start >= 0 else {
                throw .damaged(reason: "physical volume \(field.name) lacks its id or pe_start")
            }
            members[field.name] = MemberVolume(uuid: id.filter { $0 != "-" }, firstSector: start)
        }
        physicalVolumes = members
        volumes = (group.value["logical_volumes"]?.fields ?? []).compactMap { LogicalVolume($0) }
    }
}

/// Where a physical volume's extents begin.
struct MemberVolume: Equatable, Sendable {
    let uuid: String
    /// Sectors of 512 bytes from the volume's start.
    let firstSector: Int
}

/// A logical volume.
public struct LogicalVolume: Equatable, Sendable {
    /// Its name in the group.
    public let name: String
    /// Its UUID: 32 letters and digits, without hyphens.
    public let uuid: String
    let segments: [Segment]

    /// A run of extents.
    struct Segment: Equatable, Sendable {
        let firstExtent: Int
        let extentCount: Int
        /// `striped`, also of a single stripe; any other type cannot be mapped here.
        let type: String
        /// Sectors of 512 bytes; 0 of a single stripe.
        let stripeSectors: Int
        let stripes: [Stripe]
    }

    /// Extents on one physical volume.
    struct Stripe: Equatable, Sendable {
        let physicalVolume: String
        let firstExtent: Int
    }

    /// `nil` for a volume that others are made of, which is not visible, and for one without an id.
    init?(_ field: MetadataField) {
        guard field.value.list("status").contains(.text("VISIBLE")), let uuid = field.value.text("id") else {
            return nil
        }
        name = field.name
        self.uuid = uuid.filter { $0 != "-" }
        segments = field.value.fields.filter { $0.name.hasPrefix("segment") && !$0.value.fields.isEmpty }
            .map { Segment($0.value) }.sorted { $0.firstExtent < $1.firstExtent }
    }
}

extension LogicalVolume.Segment {
    init(_ section: MetadataNode) {
        firstExtent = section.number("start_extent") ?? -1
        extentCount = section.number("extent_count") ?? 0
        type = section.text("type") ?? ""
        stripeSectors = section.number("stripe_size") ?? 0
        let list = section.list("stripes")
        stripes = stride(from: 0, to: list.count, by: 2).compactMap { index in
            guard case .text(let volume) = list[index], case .number(let extent)? = list.dropFirst(index + 1).first
            else {
                return nil
            }
            return LogicalVolume.Stripe(physicalVolume: volume, firstExtent: extent)
        }
    }
}
