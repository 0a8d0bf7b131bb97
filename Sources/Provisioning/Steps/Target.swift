import BlockDevices
import DeployVars

/// What is written: one disk, two that mirror each other, or a disk that an NVMe controller is yet to make of itself.
enum Target: Sendable {
    case disk(Disk)
    case mirror(Mirror)
    case namespaces(NamespaceTarget)

    /// What the vars ask for, among the disks that are there.
    ///
    /// - Throws: `DiskChoiceError`, `MirrorError`, and what `onController` throws.
    init(from disks: [Disk], _ vars: DeployVars, bootMedia: Set<String>) throws {
        if let layout = vars.preparation.namespaces {
            self = try .onController(of: vars, layout, among: disks, bootMedia: bootMedia)
            return
        }
        let hints = BlockDevices.DiskHints(vars)
        guard let members = vars.preparation.mirror else {
            self = .disk(try DiskChoice.choose(from: disks, hints: hints, bootMedia: bootMedia))
            return
        }
        var (first, second) = (hints, hints)
        switch members {
        case .serials(let one, let other): (first.serial, second.serial) = (one, other)
        case .wwns(let one, let other): (first.worldwideName, second.worldwideName) = (one, other)
        }
        self = .mirror(
            try DiskChoice.chooseMirror(from: disks, first: first, second: second, bootMedia: bootMedia))
    }

    /// The two disks that are to be one; `nil` for a single disk.
    var mirror: Mirror? {
        if case .mirror(let mirror) = self { mirror } else { nil }
    }

    /// The controller whose namespaces are to be replaced; `nil` where none is.
    var namespaces: NamespaceTarget? {
        if case .namespaces(let namespaces) = self { namespaces } else { nil }
    }

    /// What the image must fit: the disk, or the array or the namespace as it will be.
    var disk: Disk {
        switch self {
        case .disk(let disk): disk
        case .mirror(let mirror): mirror.disk
        case .namespaces(let namespaces): namespaces.disk
        }
    }

    /// The disks that are released, and written or deleted.
    var members: [Disk] {
        switch self {
        case .disk(let disk): [disk]
        case .mirror(let mirror): mirror.members
        case .namespaces(let namespaces): namespaces.members
        }
    }
}
