import BlockDevices
import DeployVars

/// What is written: one disk, or two that mirror each other.
enum Target: Sendable {
    case disk(Disk)
    case mirror(Mirror)

    /// What the vars ask for, among the disks that are there.
    ///
    /// - Throws: `DiskChoiceError`, `MirrorError`.
    init(from disks: [Disk], _ vars: DeployVars, bootMedia: Set<String>) throws {
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

    /// What the image must fit: the disk, or the array as it will be.
    var disk: Disk {
        switch self {
        case .disk(let disk): disk
        case .mirror(let mirror): mirror.disk
        }
    }

    /// The disks that are released and written.
    var members: [Disk] {
        switch self {
        case .disk(let disk): [disk]
        case .mirror(let mirror): mirror.members
        }
    }
}
