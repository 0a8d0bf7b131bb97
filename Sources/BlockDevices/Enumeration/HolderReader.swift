import LinuxSystem

/// Reads partitions and holders of a block device from its sysfs directory.
struct HolderReader {
    let sysRoot: String
    /// What is known of all devices; `nil` to look into each directory.
    private let census: BlockCensus?

    init(sysRoot: String, census: BlockCensus? = nil) {
        self.sysRoot = sysRoot
        self.census = census
    }

    /// The partitions of a whole device, by number.
    func partitions(in directory: String) -> [Partition] {
        partitions(in: directory, below: [])
    }

    /// What is stacked directly on a device, and on that in turn.
    func holders(in directory: String) -> [Holder] {
        holders(in: directory, below: [])
    }

    private func partitions(in directory: String, below: [String]) -> [Partition] {
        // Partitions are named after their disk; looking no further keeps hundreds of disks fast.
        let disk = String(directory.pathComponents.last ?? "")
        let names =
            census?.partitions(of: disk)
            ?? ((try? Files.list(directory)) ?? []).filter { $0.utf8.starts(with: disk.utf8) }
        let partitions = names.compactMap { name -> Partition? in
            let path = "\(directory)/\(name)"
            let node = SysfsNode(path)
            guard let number = node.number("partition", as: Int.self),
                let start = node.number("start", as: UInt64.self), let size = node.number("size", as: UInt64.self)
            else { return nil }
            return Partition(
                name: name, number: number, startBytes: bytes(ofSectors: start), sizeBytes: bytes(ofSectors: size),
                device: node.text("dev").flatMap { DeviceNumber($0) },
                holders: holders(in: path, below: below))
        }
        return partitions.sorted { $0.number < $1.number }
    }

    private func holders(in directory: String, below: [String]) -> [Holder] {
        if census?.hasStackedDevices == false { return [] }
        let names = (try? Files.list(directory + "/holders")) ?? []
        // A device that stands on itself would have no end.
        return names.filter { !below.contains($0) }.map { holder(named: $0, below: below + [$0]) }
    }

    private func holder(named name: String, below: [String]) -> Holder {
        let node = SysfsNode("\(sysRoot)/class/block/\(name)")
        let directory = node.path
        return Holder(
            name: name, kind: kind(of: node), device: node.text("dev").flatMap { DeviceNumber($0) },
            slaves: (try? Files.list(directory + "/slaves")) ?? [],
            partitions: partitions(in: directory, below: below),
            holders: holders(in: directory, below: below))
    }

    private func kind(of node: SysfsNode) -> Holder.Kind {
        if let mapped = node.text("dm/name") {
            return .deviceMapper(name: mapped, uuid: node.text("dm/uuid") ?? "")
        }
        guard Files.exists(node.path + "/md/array_state") else { return .other }
        // A member of a container says `external:/md127/0`; the container itself `external:imsm`.
        let version = node.text("md/metadata_version") ?? ""
        let container = version.hasPrefix("external:/") ? version.split(separator: "/").dropFirst().first : nil
        return .md(level: node.text("md/level") ?? "", container: container.map(String.init))
    }
}
