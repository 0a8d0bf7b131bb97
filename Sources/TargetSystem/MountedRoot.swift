import DeployVars
import Glibc
import LinuxSystem
import Synchronization

/// The installed system's root, mounted together with those of its file systems that seeding and booting touch.
///
/// One owner: whoever holds this value may use the mount, and `unmount` ends it. All calls block and may take as long as
/// the disk does; from asynchronous code they belong on a thread of their own.
public final class MountedRoot: Sendable {
    /// Every path of the installed system goes through here.
    public let directory: RootDirectory
    /// Where the root is mounted on this machine.
    public let mountPoint: String
    /// The root's partition.
    public let partition: TargetPartition
    /// What of the installed `/etc/fstab` was not mounted although booting may want it, one sentence each.
    public let warnings: [String]

    /// In the order in which they were mounted.
    private let mounts: Mutex<[MountedFileSystem]>
    /// What to do once nothing is mounted any more.
    private let release: Mutex<(@Sendable () throws -> Void)?>

    /// Directories of the installed system that are mounted when its fstab gives them a file system of their own. A
    /// seed must not vanish below `/var`, so of the first ones a failure is an error; the last ones only serve kexec.
    private static let needed = ["/usr", "/etc", "/var", "/var/lib", "/var/lib/cloud"]
    private static let forBooting = ["/boot", "/efi", "/boot/efi"]
    /// What installers call the btrfs subvolume that is the root.
    private static let rootSubvolumes = ["@", "root", "@rootfs"]

    /// Mounts the root, then what its fstab asks for of `/usr`, `/var`, `/boot` and the EFI system partition.
    ///
    /// - Parameters:
    ///   - root: its partition.
    ///   - partitions: all partitions of the disk; nothing from another disk is ever mounted.
    ///   - mountPoint: a directory of this machine, made when it is missing.
    ///   - readOnly: for looking only; not even a journal is replayed.
    ///   - release: called once after the last unmount, also that after a failure: takes down what the devices stand on.
    /// - Throws: when the root, or what a seed needs, cannot be mounted; nothing is left mounted then.
    public static func mount(
        _ root: TargetPartition, among partitions: [TargetPartition], at mountPoint: String, readOnly: Bool = false,
        loadModule: ModuleLoading, release: (@Sendable () throws -> Void)? = nil
    ) throws(TargetSystemError) -> MountedRoot {
        do throws(TargetSystemError) {
            return try mount(
                root, among: partitions, at: mountPoint, readOnly: readOnly, followsTable: true, loadModule: loadModule,
                release: release)
        } catch {
            try? release?()
            throw error
        }
    }

    /// Mounts the root for looking only, and none of the others.
    static func mountAlone(
        _ root: TargetPartition, at mountPoint: String, loadModule: ModuleLoading
    ) throws(TargetSystemError) -> MountedRoot {
        try mount(
            root, among: [], at: mountPoint, readOnly: true, followsTable: false, loadModule: loadModule, release: nil)
    }

    private static func mount(
        _ root: TargetPartition, among partitions: [TargetPartition], at mountPoint: String, readOnly: Bool,
        followsTable: Bool, loadModule: ModuleLoading, release: (@Sendable () throws -> Void)?
    ) throws(TargetSystemError) -> MountedRoot {
        let hostPath: String
        do {
            try Files.makeDirectories(mountPoint)
            hostPath = try RootDirectory(mountPoint).resolvedPath("/")
        } catch {
            throw .mountFailed(
                device: root.devicePath, type: root.fileSystem?.type ?? "?", mountPoint: "/", cause: error.description,
                module: nil)
        }
        var mounts = [
            try mountRoot(root, at: hostPath, readOnly: readOnly, loadModule: loadModule)
        ]
        do throws(TargetSystemError) {
            let directory: RootDirectory
            do {
                directory = try RootDirectory(hostPath)
            } catch {
                throw .file("opening the root", error)
            }
            let warnings =
                try followsTable
                ? mountOthers(of: directory, partitions, &mounts, readOnly: readOnly, loadModule: loadModule) : []
            return MountedRoot(
                directory: directory, mountPoint: hostPath, mounts: mounts, root: root, warnings: warnings,
                release: release)
        } catch {
            for mount in mounts.reversed() { try? mount.unmount() }
            throw error
        }
    }

    private init(
        directory: RootDirectory, mountPoint: String, mounts: [MountedFileSystem], root: TargetPartition,
        warnings: [String], release: (@Sendable () throws -> Void)?
    ) {
        self.release = Mutex(release)
        self.directory = directory
        self.mountPoint = mountPoint
        self.mounts = Mutex(mounts)
        self.warnings = warnings
        partition = root
    }

    deinit {
        // Only after a failure: the owner unmounts, to learn whether the data reached the disk.
        directory.close()
        for mount in mounts.withLock({ $0 }).reversed() { try? mount.unmount() }
        try? release.withLock { $0 }?()
    }

    /// Flushes and unmounts everything, last mounted first. May be called again after a failure, and after success does
    /// nothing.
    ///
    /// - Throws: `unmountFailed`, which says what still uses the mount, such as a descriptor of a kernel; `flushFailed`
    ///   when data did not reach the disk, though it is unmounted; `releaseFailed`.
    public func unmount() throws(TargetSystemError) {
        directory.close()
        var flushFailure: TargetSystemError?
        while let last = mounts.withLock({ $0.last }) {
            do throws(TargetSystemError) {
                try last.unmount()
            } catch {
                guard case .flushFailed = error else { throw error }
                flushFailure = flushFailure ?? error
            }
            mounts.withLock { _ = $0.popLast() }
        }
        do {
            try release.withLock { $0 }?()
            release.withLock { $0 = nil }
        } catch {
            throw .releaseFailed(device: partition.devicePath, cause: String(describing: error))
        }
        if let flushFailure { throw flushFailure }
    }

    /// The mounted file systems, deepest path first.
    var mountsByDepth: [MountedFileSystem] {
        mounts.withLock { $0 }.sorted { $0.path.utf8.count > $1.path.utf8.count }
    }

    /// The devices of the mounted file systems.
    public var devicePaths: [String] {
        mounts.withLock { $0 }.map(\.partition.devicePath)
    }

    /// What the installed system calls itself.
    public var osRelease: OSRelease {
        OSRelease(directory.text("/etc/os-release") ?? directory.text("/usr/lib/os-release") ?? "")
    }

    /// Whether the installed system, by its fstab or by its kernel's arguments, finds its root by a label.
    public var isFoundByLabel: Bool {
        let entries = FileSystemTableEntry.parse(directory.text("/etc/fstab") ?? "")
        if entries.contains(where: { $0.mountPoint == "/" && $0.isByLabel }) { return true }
        let arguments = (try? installedKernel().arguments) ?? ""
        return arguments.split(separator: " ").contains { word in
            ["root=LABEL=", "root=/dev/disk/by-label/"].contains(where: word.hasPrefix)
        }
    }

    /// The order that provisioned this root last: `/var/lib/martlet/provision-id`.
    public var provisionID: String? {
        guard let line = directory.text(Self.provisionIDPath)?.split(whereSeparator: \.isNewline).first else {
            return nil
        }
        return String(line)
    }

    static let provisionIDPath = "/var/lib/martlet/provision-id"
}

extension MountedRoot {
    /// Mounts the root itself; of a btrfs whose default is the top of all subvolumes, the one that holds the system.
    private static func mountRoot(
        _ root: TargetPartition, at hostPath: String, readOnly: Bool, loadModule: ModuleLoading
    ) throws(TargetSystemError) -> MountedFileSystem {
        let mounted = try MountedFileSystem.mount(
            root, at: hostPath, as: "/", readOnly: readOnly, subvolume: nil, loadModule: loadModule)
        guard root.fileSystem?.type == "btrfs", !Files.exists(hostPath + "/etc") else { return mounted }
        let holds = { (name: String) in
            (try? RootDirectory(hostPath))?.status("/\(name)/etc")?.isDirectory == true
        }
        guard let name = rootSubvolumes.first(where: holds) else { return mounted }
        try mounted.unmount()
        return try MountedFileSystem.mount(
            root, at: hostPath, as: "/", readOnly: readOnly, subvolume: "subvol=\(name)", loadModule: loadModule)
    }

    /// Follows the installed fstab. Returns what it could not do but can go on without.
    private static func mountOthers(
        of root: RootDirectory, _ partitions: [TargetPartition], _ mounts: inout [MountedFileSystem], readOnly: Bool,
        loadModule: ModuleLoading
    ) throws(TargetSystemError) -> [String] {
        var warnings: [String] = []
        let wanted = needed + forBooting
        let table = FileSystemTableEntry.parse(root.text("/etc/fstab") ?? "")
            .filter { wanted.contains($0.mountPoint) }
            .sorted { $0.mountPoint.utf8.count < $1.mountPoint.utf8.count }
        for entry in table {
            do throws(TargetSystemError) {
                guard let partition = entry.partition(among: partitions) else {
                    throw .missingFileSystem(source: entry.source, mountPoint: entry.mountPoint)
                }
                mounts.append(
                    try mount(
                        partition, in: root, at: entry.mountPoint, readOnly: readOnly, subvolume: entry.subvolume,
                        loadModule: loadModule))
            } catch {
                guard entry.isOptional || forBooting.contains(entry.mountPoint) else { throw error }
                warnings.append(error.description)
            }
        }
        return warnings
    }

    /// Mounts inside the root, wherever the root's symbolic links lead, but never outside.
    private static func mount(
        _ partition: TargetPartition, in root: RootDirectory, at path: String, readOnly: Bool, subvolume: String?,
        loadModule: ModuleLoading
    ) throws(TargetSystemError) -> MountedFileSystem {
        let hostPath: String
        do {
            try root.makeDirectories(path)
            hostPath = try root.resolvedPath(path)
        } catch {
            throw .file("making the mount point \(path)", error)
        }
        // A link to the root itself would hide it below what is mounted.
        guard hostPath != (try? root.resolvedPath("/")) else {
            throw .fileFailed(action: "making the mount point \(path)", cause: "it is the root itself")
        }
        return try MountedFileSystem.mount(
            partition, at: hostPath, as: path, readOnly: readOnly, subvolume: subvolume, loadModule: loadModule)
    }
}
