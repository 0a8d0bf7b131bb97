import BootEntries
import CLinux
import Glibc
import LinuxSystem

/// The mounted root as a boot loader sees it: paths that count from the root of one file system.
struct InstalledBootFiles: BootFileSystem {
    private let root: RootDirectory
    /// Deepest first.
    private let mounts: [MountedFileSystem]

    init(_ mounted: MountedRoot) {
        root = mounted.directory
        mounts = mounted.mountsByDepth
    }

    /// A path of the installed system as the boot loader would write it.
    func bootPath(_ path: String) -> BootPath {
        for mount in mounts where mount.path != "/" && (path + "/").hasPrefix(mount.path + "/") {
            return BootPath(
                device: .partition(mount.partition.number), path: String(path.dropFirst(mount.path.utf8.count)))
        }
        return BootPath(device: mounts.last.map { .partition($0.partition.number) }, path: path)
    }

    func contents(of path: BootPath) -> [UInt8]? {
        first(path) { try? root.read($0) }
    }

    func size(of path: BootPath) -> Int? {
        first(path) { place in root.status(place).flatMap { $0.isRegular ? $0.size : nil } }
    }

    func names(in path: BootPath) -> [String]? {
        first(path) { try? root.list($0) }
    }

    /// A regular file, open for reading.
    func open(_ path: BootPath) -> Descriptor? {
        first(path) { place in
            guard root.status(place)?.isRegular == true else { return nil }
            return try? root.open(place, O_RDONLY)
        }
    }

    private func first<Value>(_ path: BootPath, _ body: (String) -> Value?) -> Value? {
        for place in places(of: path) {
            if let value = body(place) { return value }
        }
        return nil
    }

    /// Where in the installed system a boot path can be: on the file system that it names; where that is not known, on
    /// any, and below `/boot`.
    private func places(of path: BootPath) -> [String] {
        let named = mounts.filter { isMeant($0, by: path.device) }
        let candidates = named.isEmpty ? mounts : named
        var places: [String] = []
        for mount in candidates {
            let base = mount.path == "/" ? "" : mount.path
            places.append(base + path.path)
            // GRUB counts from the top of a btrfs, not from the subvolume that is mounted.
            let subvolume = "/\(mount.subvolume)/"
            if !mount.subvolume.isEmpty, path.path.hasPrefix(subvolume) {
                places.append(base + "/" + path.path.dropFirst(subvolume.utf8.count))
            }
        }
        return places + ["/boot" + path.path]
    }

    private func isMeant(_ mount: MountedFileSystem, by device: BootDevice?) -> Bool {
        switch device {
        case .fileSystemUUID(let uuid): mount.partition.fileSystem?.uuid.lowercased() == uuid.lowercased()
        case .label(let label): mount.partition.fileSystem?.label == label
        case .partition(let number): mount.partition.number == number
        case .holding(let path):
            root.status((mount.path == "/" ? "" : mount.path) + path)?.isRegular == true
        case .named, nil: false
        }
    }
}
