import LinuxSystem

/// The names of all block devices of a machine, listed once: with hundreds of disks, a look into each one's directory takes a
/// fifth of the time.
struct BlockCensus {
    /// Whether there are devices that can stand on others, such as md arrays, device-mapper devices or bcache.
    let hasStackedDevices: Bool
    /// Names of partitions by what is left of them without their number.
    private let partitions: [Substring: [String]]

    /// Lists the devices; `nil` where `/sys/class/block` cannot be.
    ///
    /// - Parameter wholeDevices: those in `/sys/block`.
    init?(sysRoot: String, wholeDevices: [String]) {
        guard let all = try? Files.list(sysRoot + "/class/block") else { return nil }
        let whole = Set(wholeDevices)
        partitions = Dictionary(grouping: all.filter { !whole.contains($0) }, by: Self.stem)
        // These stand on nothing. A kind that is not known here may.
        let lone = ["sd", "sr", "vd", "xvd", "nvme", "mmcblk", "loop", "ram", "zram", "fd"]
        hasStackedDevices = !wholeDevices.allSatisfy { name in
            let stem = Self.stem(name)
            return lone.contains { stem.utf8.starts(with: $0.utf8) }
        }
    }

    /// The partitions of a whole device, in any order.
    func partitions(of disk: String) -> [String] {
        partitions[disk[...]] ?? partitions["\(disk)p"] ?? []
    }

    private static func stem(_ name: String) -> Substring {
        let digits = name.utf8.reversed().prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
        return name.dropLast(digits)
    }
}
