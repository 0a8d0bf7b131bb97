/// Which disk to write. All hints given must hold, and exactly one disk may match.
public struct DiskHints: Equatable, Sendable {
    /// What to do when several disks match.
    public enum Selection: String, CaseIterable, Sendable {
        /// Refuse.
        case fail
        /// The one with the fewest bytes.
        case smallest
        /// The one with the most bytes.
        case largest
    }

    /// A SCSI address: host, channel, target, logical unit.
    public struct HCTL: Hashable, Sendable, CustomStringConvertible {
        /// The four numbers in that order.
        public let numbers: [Int]

        /// Reads `0:0:1:0`.
        public init?(_ text: String) {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            let numbers = parts.compactMap { wholeNumber($0, in: 0...Int(UInt32.max)) }
            guard parts.count == 4, numbers.count == 4 else { return nil }
            self.numbers = numbers
        }

        /// `0:0:1:0`.
        public var description: String { numbers.map(String.init).joined(separator: ":") }
    }

    /// The serial number as given, not normalised.
    public var serial: String?
    /// The World Wide Name as given, not normalised.
    public var wwn: String?
    /// The model.
    public var model: String?
    /// The vendor.
    public var vendor: String?
    /// The SCSI address.
    public var hctl: HCTL?
    /// The name in `/dev/disk/by-path`.
    public var byPath: String?
    /// Whether it turns.
    public var isRotational: Bool?
    /// The least size in gigabytes of 10⁹ bytes; 0 for any.
    public var minimumGigabytes = 0
    /// The greatest size in gigabytes of 10⁹ bytes.
    public var maximumGigabytes: Int?
    /// The device's path below `/dev`.
    public var device: String?
    /// What to do when several match.
    public var selection = Selection.fail

    /// No hint: the only eligible disk.
    public init() {}

    /// The least size in bytes.
    public var minimumBytes: Int { minimumGigabytes * 1_000_000_000 }
    /// The greatest size in bytes.
    public var maximumBytes: Int? { maximumGigabytes.map { $0 * 1_000_000_000 } }

    init(_ reader: inout VarsReader) {
        let gigabytes = 0...1_000_000_000
        serial = reader.text(.diskSerial)
        wwn = reader.text(.diskWWN)
        model = reader.text(.diskModel)
        vendor = reader.text(.diskVendor)
        hctl = reader.value(.diskHCTL, allowed: "it must be host:channel:target:lun, such as 0:0:1:0") { HCTL($0) }
        byPath = reader.value(.diskByPath, allowed: "it must be a name in /dev/disk/by-path") { text in
            let prefix = "/dev/disk/by-path/"
            let name = text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text
            return name.isEmpty || name.contains("/") ? nil : name
        }
        if reader.given(.diskRotational) != nil { isRotational = reader.boolean(.diskRotational, default: false) }
        minimumGigabytes = reader.number(.diskMinimumSize, in: gigabytes, unit: "gigabytes") ?? 0
        maximumGigabytes = reader.number(.diskMaximumSize, in: gigabytes, unit: "gigabytes")
        device = reader.value(.diskDevice, allowed: "it must be a path below /dev, such as /dev/sda") { text in
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            return text.hasPrefix("/dev/") && !parts.dropFirst().contains(where: { ["", ".", ".."].contains($0) })
                ? text : nil
        }
        selection = reader.choice(.diskSelect, default: .fail)
        if let maximumGigabytes, maximumGigabytes < minimumGigabytes {
            reader.fail(.diskMaximumSize, "DISK_MAX_SIZE_GB=\(maximumGigabytes) is less than MIN_DISK_SIZE_GB")
        }
    }
}
