import CLinux
import Glibc
import LinuxSystem

/// Loads a driver by its module's name, with all it depends on; does nothing when it is there already.
public typealias ModuleLoading = @Sendable (_ name: String) throws -> Void

/// One mounted file system of the installed system.
struct MountedFileSystem: Sendable {
    /// Time for a mount, which may replay a journal, and for a flush of everything written.
    static let mountTimeout: Duration = .seconds(120)
    static let flushTimeout: Duration = .seconds(600)

    let partition: TargetPartition
    /// Where it is for this machine, free of symbolic links.
    let hostPath: String
    /// Where it is in the installed system: `/`, `/boot`.
    let path: String
    /// The btrfs subvolume that was asked for, without a leading slash; empty for none.
    let subvolume: String

    private struct Driver {
        let type: String
        let modules: [String]
        let options: String
        /// What makes a read-only mount really only read: without it the kernel replays the journal.
        let looksOnly: String
    }

    /// Whether a system's root can be on a file system of this type: all that can be mounted here but FAT.
    static func canHoldRoot(_ type: String?) -> Bool {
        type.map { $0 != "vfat" && driver(for: $0) != nil } ?? false
    }

    /// The code pages are for FAT, which looks for them by itself but cannot load them.
    private static func driver(for type: String) -> Driver? {
        switch type {
        case "ext2", "ext3", "ext4": Driver(type: "ext4", modules: ["ext4"], options: "", looksOnly: "noload")
        case "xfs": Driver(type: type, modules: [type], options: "", looksOnly: "norecovery")
        case "btrfs": Driver(type: type, modules: [type], options: "", looksOnly: "rescue=nologreplay")
        case "vfat":
            // "quiet": FAT has no owners, and a refused chown must not stop the copying of a file.
            Driver(
                type: type, modules: ["vfat", "nls_cp437", "nls_ascii", "nls_iso8859-1"], options: "quiet",
                looksOnly: "")
        default: nil
        }
    }

    /// Mounts a partition at a directory of this machine.
    ///
    /// - Parameters:
    ///   - hostPath: where, free of symbolic links.
    ///   - path: what the installed system calls that place.
    ///   - subvolume: a `subvol=` or `subvolid=` option; `nil` for the file system's default.
    static func mount(
        _ partition: TargetPartition, at hostPath: String, as path: String, readOnly: Bool, subvolume: String?,
        loadModule: ModuleLoading
    ) throws(TargetSystemError) -> MountedFileSystem {
        guard let type = partition.fileSystem?.type, let driver = driver(for: type) else {
            throw .noFileSystem(partition, mountPoint: path)
        }
        var moduleFailure: String?
        for (index, module) in driver.modules.enumerated() {
            do {
                try loadModule(module)
            } catch {
                // Without a code page the mount may still work; without the driver it says why not.
                if index == 0 { moduleFailure = String(describing: error) }
            }
        }
        let flags = MARTLET_MS_NOSUID | MARTLET_MS_NODEV | MARTLET_MS_NOATIME | (readOnly ? MARTLET_MS_RDONLY : 0)
        let options = [driver.options, readOnly ? driver.looksOnly : "", subvolume ?? ""].filter { !$0.isEmpty }.joined(
            separator: ",")
        let device = partition.devicePath
        do {
            try watched("mount", device: device, timeout: mountTimeout) {
                try mountPatiently(device, at: hostPath, type: driver.type, flags: UInt(flags), options: options)
            }
        } catch {
            throw .mountFailed(
                device: device, type: type, mountPoint: path, cause: String(describing: error), module: moduleFailure)
        }
        let name = subvolume?.hasPrefix("subvol=") == true ? subvolume?.dropFirst(7) : nil
        return MountedFileSystem(
            partition: partition, hostPath: hostPath, path: path, subvolume: String(name?.drop { $0 == "/" } ?? ""))
    }

    /// Mounts, and for two seconds tries again while the device is busy: a thread that is just ending may still hold the
    /// whole disk.
    private static func mountPatiently(
        _ device: String, at hostPath: String, type: String, flags: UInt, options: String
    ) throws(SystemCallError) {
        for attempt in 1... {
            do throws(SystemCallError) {
                return try Mounts.mount(device, at: hostPath, type: type, flags: flags, options: options)
            } catch {
                guard error.errno == .resourceBusy, attempt < 20 else { throw error }
                usleep(100_000)
            }
        }
    }

    /// Flushes and unmounts. A flush that fails is reported once it is unmounted.
    func unmount() throws(TargetSystemError) {
        var flushFailure: TargetSystemError?
        do {
            try watched("syncfs", device: partition.devicePath, timeout: Self.flushTimeout) { [hostPath] in
                let directory = try Descriptor.open(hostPath, O_RDONLY | O_DIRECTORY)
                try systemCall("syncfs", hostPath) { martlet_syncfs(directory.rawValue) }
            }
        } catch {
            flushFailure = .flushFailed(mountPoint: path, cause: String(describing: error))
        }
        try detach()
        if let flushFailure { throw flushFailure }
        do {
            // What the unmount itself wrote went through the partition's own cache.
            try watched("fsync", device: partition.devicePath, timeout: Self.flushTimeout) { [partition] in
                try Descriptor.open(partition.devicePath, O_RDONLY).synchronize()
            }
        } catch {
            throw .flushFailed(mountPoint: path, cause: String(describing: error))
        }
    }

    /// A child that is just being started holds a copy of every descriptor until its exec, so a mount that is busy for
    /// no visible reason is tried again for a moment.
    private func detach() throws(TargetSystemError) {
        for attempt in 1... {
            do {
                try watched("umount", device: partition.devicePath, timeout: Self.flushTimeout) { [hostPath] in
                    try Mounts.unmount(hostPath, flags: MARTLET_UMOUNT_NOFOLLOW)
                }
                return
            } catch {
                let isBusy = (error as? SystemCallError)?.errno == .resourceBusy
                let holders = isBusy ? MountHolders.find(hostPath) : []
                guard isBusy, holders.isEmpty, attempt < 20 else {
                    throw .unmountFailed(mountPoint: path, cause: String(describing: error), holders: holders)
                }
                usleep(100_000)
            }
        }
    }
}
