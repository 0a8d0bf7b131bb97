/// What device-mapper is to be told of one device, such as a logical volume (Documentation/admin-guide/device-mapper/linear.rst, striped.rst).
public struct DeviceMapping: Equatable, Sendable {
    /// The name in `/dev/mapper`: group and volume, a hyphen between them, hyphens within doubled.
    public let name: String
    /// `LVM-`, then the UUIDs of group and volume: by this everything knows it for a logical volume.
    public let uuid: String
    /// The targets, in order and without gaps.
    public let targets: [Target]

    /// One line of a table.
    public struct Target: Equatable, Sendable {
        /// First sector of 512 bytes of the mapped device.
        public let firstSector: UInt64
        /// Length in sectors of 512 bytes.
        public let sectorCount: UInt64
        /// `linear` or `striped`.
        public let type: String
        /// The parameters as the target reads them.
        public let parameters: String

        /// A line from its parts.
        public init(firstSector: UInt64, sectorCount: UInt64, type: String, parameters: String) {
            self.firstSector = firstSector
            self.sectorCount = sectorCount
            self.type = type
            self.parameters = parameters
        }
    }

    /// A mapping from its parts; one that is no logical volume has an empty UUID.
    public init(name: String, uuid: String, targets: [Target]) {
        self.name = name
        self.uuid = uuid
        self.targets = targets
    }

    /// The name in `/dev/mapper` of a volume.
    public static func name(group: String, volume: String) -> String {
        [group, volume].map { $0.split(separator: "-", omittingEmptySubsequences: false).joined(separator: "--") }
            .joined(separator: "-")
    }
}

extension VolumeGroup {
    /// The mapping of one of its volumes.
    ///
    /// - Parameter devices: `major:minor` of the physical volumes that are there, by their UUIDs.
    /// - Throws: `UnmappableVolume` when it needs a physical volume that is not there, is of a kind other than linear and
    ///   striped, or contradicts itself.
    public func mapping(of volume: LogicalVolume, devices: [String: String]) throws(UnmappableVolume) -> DeviceMapping {
        let refusal = { (reason: String) in
            UnmappableVolume(group: name, volume: volume.name, reason: reason)
        }
        guard !volume.segments.isEmpty else { throw refusal("it has no segments") }
        var targets: [DeviceMapping.Target] = []
        var end = 0
        for segment in volume.segments {
            guard segment.firstExtent == end, segment.extentCount > 0 else {
                throw refusal("its segments leave gaps or overlap")
            }
            end = try sum(end, segment.extentCount, refusal)
            guard segment.type == "striped" || segment.type == "linear", !segment.stripes.isEmpty else {
                throw refusal("it is of type \(segment.type), and only linear and striped ones can be mapped")
            }
            var places: [String] = []
            for stripe in segment.stripes {
                guard let member = physicalVolumes[stripe.physicalVolume] else {
                    throw refusal("physical volume \(stripe.physicalVolume) is not in the metadata")
                }
                guard let device = devices[member.uuid] else {
                    throw refusal("physical volume \(stripe.physicalVolume) (\(member.uuid)) is not on this disk")
                }
                guard stripe.firstExtent >= 0 else { throw refusal("a segment lies before its physical volume") }
                let start = try sum(member.firstSector, try sectors(stripe.firstExtent, refusal), refusal)
                places.append("\(device) \(start)")
            }
            let isStriped = places.count > 1
            guard !isStriped || segment.stripeSectors > 0 else { throw refusal("its stripes have no size") }
            let size = isStriped ? "\(places.count) \(segment.stripeSectors) " : ""
            targets.append(
                DeviceMapping.Target(
                    firstSector: UInt64(try sectors(segment.firstExtent, refusal)),
                    sectorCount: UInt64(try sectors(segment.extentCount, refusal)),
                    type: isStriped ? "striped" : "linear",
                    parameters: size + places.joined(separator: " ")))
        }
        return DeviceMapping(
            name: DeviceMapping.name(group: name, volume: volume.name), uuid: "LVM-\(uuid)\(volume.uuid)",
            targets: targets)
    }

    private func sectors(
        _ extents: Int, _ refusal: (String) -> UnmappableVolume
    ) throws(UnmappableVolume) -> Int {
        let (product, overflow) = extents.multipliedReportingOverflow(by: extentSectors)
        guard !overflow else { throw refusal("it is larger than any disk") }
        return product
    }

    private func sum(
        _ left: Int, _ right: Int, _ refusal: (String) -> UnmappableVolume
    ) throws(UnmappableVolume) -> Int {
        let (sum, overflow) = left.addingReportingOverflow(right)
        guard !overflow else { throw refusal("it is larger than any disk") }
        return sum
    }
}

/// A logical volume that cannot be made a device.
public struct UnmappableVolume: Error, Equatable, CustomStringConvertible {
    /// The volume group.
    public let group: String
    /// The volume.
    public let volume: String
    /// Why.
    public let reason: String

    /// One sentence without a final full stop.
    public var description: String { "logical volume \(group)/\(volume) is left out: \(reason)" }
}
