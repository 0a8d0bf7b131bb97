/// What an operator says about the disk to write. All that is given must hold, and exactly one disk may match.
public struct DiskHints: Sendable, Equatable {
    /// What to do when several disks match.
    public enum Selection: String, Sendable, Equatable, CaseIterable {
        /// Refuse.
        case fail
        /// Take the smallest, unless two are equally small.
        case smallest
        /// Take the largest, unless two are equally large.
        case largest
    }

    /// `DISK_SERIAL`: compared normalised (`DiskIdentity`) with every serial number a disk has.
    public var serial: String?
    /// `DISK_WWN`: compared normalised with every worldwide name a disk has.
    public var worldwideName: String?
    /// `DISK_DEVICE`: `/dev/sda`, `sda`, `/dev/disk/by-path/…`, `/dev/disk/by-id/wwn-…` or `/dev/disk/by-id/nvme-eui.…`.
    public var devicePath: String?
    /// `DISK_MODEL`: the whole model, whatever its case and the number of blanks.
    public var model: String?
    /// `DISK_VENDOR`: the whole vendor, likewise.
    public var vendor: String?
    /// `DISK_HCTL`: `host:channel:target:lun`.
    public var hctl: String?
    /// `DISK_BY_PATH`: a name under `/dev/disk/by-path`, with or without that directory.
    public var byPath: String?
    /// `DISK_ROTATIONAL`.
    public var isRotational: Bool?
    /// `MIN_DISK_SIZE_GB`, in bytes (a GB is 10^9).
    public var minimumBytes: UInt64?
    /// `DISK_MAX_SIZE_GB`, in bytes (a GB is 10^9).
    public var maximumBytes: UInt64?
    /// `DISK_SELECT`.
    public var selection: Selection
    /// Whether a disk held by md, LVM or dm may be taken, as it will be released first: false for `RAID_CLEANUP=none`.
    public var acceptsHeldDisks: Bool

    /// Whether the disk is only read, so that one that is write-protected will do, and one that something holds will not,
    /// as nothing is released: true for `MODE=capture`.
    public var isOnlyRead: Bool

    /// No hint but those given.
    public init(
        serial: String? = nil, worldwideName: String? = nil, devicePath: String? = nil, model: String? = nil,
        vendor: String? = nil, hctl: String? = nil, byPath: String? = nil, isRotational: Bool? = nil,
        minimumBytes: UInt64? = nil, maximumBytes: UInt64? = nil, selection: Selection = .fail,
        acceptsHeldDisks: Bool = true, isOnlyRead: Bool = false
    ) {
        self.serial = serial
        self.worldwideName = worldwideName
        self.devicePath = devicePath
        self.model = model
        self.vendor = vendor
        self.hctl = hctl
        self.byPath = byPath
        self.isRotational = isRotational
        self.minimumBytes = minimumBytes
        self.maximumBytes = maximumBytes
        self.selection = selection
        self.acceptsHeldDisks = acceptsHeldDisks
        self.isOnlyRead = isOnlyRead
    }

    /// The hints as the operator wrote them, such as `DISK_SERIAL=S1 MIN_DISK_SIZE_GB=100`; empty when there are none.
    public var description: String {
        var parts: [String] = []
        func add(_ key: String, _ value: String?) {
            if let value { parts.append("\(key)=\(value)") }
        }
        add("DISK_SERIAL", serial)
        add("DISK_WWN", worldwideName)
        add("DISK_DEVICE", devicePath)
        add("DISK_MODEL", model)
        add("DISK_VENDOR", vendor)
        add("DISK_HCTL", hctl)
        add("DISK_BY_PATH", byPath)
        add("DISK_ROTATIONAL", isRotational.map { "\($0)" })
        // 0 is the key's default and says nothing.
        add("MIN_DISK_SIZE_GB", minimumBytes.flatMap { $0 == 0 ? nil : "\($0 / 1_000_000_000)" })
        add("DISK_MAX_SIZE_GB", maximumBytes.map { "\($0 / 1_000_000_000)" })
        return parts.joined(separator: " ")
    }
}

extension DiskHints: CustomStringConvertible {}
