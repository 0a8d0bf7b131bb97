/// Why a logical volume is not grown. No error: the installed system boots all the same.
public struct NoVolumeGrowth: Error, Equatable, CustomStringConvertible {
    /// What stands in the way.
    public enum Reason: Error, Equatable, Sendable {
        /// No visible volume has the name, or more than one has.
        case noSuchVolume
        /// The group has this many physical volumes.
        case severalPhysicalVolumes(Int)
        /// The group may not be changed, for what its status says.
        case lockedGroup(String)
        /// The physical volume may not be allocated from, for what its status says.
        case lockedPhysicalVolume(String)
        /// The volume is not one that only has extents of its own: its segments' type or its status.
        case notLinear(String)
        /// Another volume is made of it, such as a snapshot.
        case isPart(of: String)
        /// What this volume lies on cannot be told.
        case unknownAllocation(String)
        /// It asks to be in one piece, and what is free is not behind it.
        case notContiguous
        /// Nothing is free at the physical volume's end.
        case noRoom
        /// The device is shorter than the physical volume, both in sectors of 512 bytes.
        case deviceTooShort(needed: Int, available: Int)
        /// The physical volume keeps its metadata in this many areas, and only one at its start can stay.
        case severalAreas(Int)
        /// The area has no room for another text beside the present one, or holds a change that was not finished.
        case areaFull
        case unfinishedChange
        /// The metadata lacks a field, has it twice, or contradicts itself.
        case damaged(String)
    }

    /// The volume group.
    public let group: String
    /// The volume.
    public let volume: String
    /// Why.
    public let reason: Reason

    /// A reason for a volume.
    public init(group: String, volume: String, reason: Reason) {
        self.group = group
        self.volume = volume
        self.reason = reason
    }

    /// One sentence without a final full stop.
    public var description: String { "logical volume \(group)/\(volume) keeps its size: \(reason)" }
}

extension NoVolumeGrowth.Reason: CustomStringConvertible {
    /// The reason in words.
    public var description: String {
        switch self {
        case .noSuchVolume: "its group has no such volume, or has it twice"
        case .severalPhysicalVolumes(let count): "its group has \(count) physical volumes, not one"
        case .lockedGroup(let status): "its group is \(status)"
        case .lockedPhysicalVolume(let status): "its physical volume is \(status)"
        case .notLinear(let kind): "it is \(kind), and only linear volumes are grown"
        case .isPart(let other): "\(other) is made of it"
        case .unknownAllocation(let other): "it cannot be told what \(other) lies on"
        case .notContiguous: "it is to be in one piece, and what is free does not lie behind it"
        case .noRoom: "nothing is free at the end of its physical volume"
        case .deviceTooShort(let needed, let available):
            "its physical volume takes \(needed) sectors, and its device has \(available)"
        case .severalAreas(let count):
            "its physical volume has \(count) metadata areas, and the one at its end would move"
        case .areaFull: "the metadata area has no room for a second text"
        case .unfinishedChange: "a change of the metadata was not finished"
        case .damaged(let what): "the metadata's \(what) is missing, doubled or wrong"
        }
    }
}
