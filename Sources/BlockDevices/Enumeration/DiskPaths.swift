/// Which disks are paths to one logical unit.
public struct DiskPaths: Sendable {
    private var others: [String: [Disk]] = [:]

    /// Groups disks by what they lead to. Only disks with a name in common are compared: hundreds stay fast.
    public init(_ disks: [Disk]) {
        let identities = disks.map(UnitIdentity.init)
        var owners: [String: [Int]] = [:]
        for (index, identity) in identities.enumerated() {
            for name in identity.names { owners[name, default: []].append(index) }
        }
        for (index, (disk, identity)) in zip(disks, identities).enumerated() {
            var found: Set<Int> = []
            for name in identity.names {
                for other in owners[name] ?? [] where other != index && !found.contains(other) {
                    if identity.isSame(as: identities[other]) { found.insert(other) }
                }
            }
            if !found.isEmpty { others[disk.name] = found.sorted().map { disks[$0] } }
        }
    }

    /// The other paths to the disk's logical unit, in the order in which they were given.
    public func others(of disk: Disk) -> [Disk] { others[disk.name] ?? [] }

    /// Whether both lead to one logical unit.
    func areSame(_ left: Disk, _ right: Disk) -> Bool { others(of: left).contains { $0.name == right.name } }
}
