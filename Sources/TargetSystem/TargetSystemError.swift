import Diagnostics
import LinuxSystem

/// Why the installed system could not be prepared.
public enum TargetSystemError: ExplainedError, Equatable {
    /// No partition, or more than one, is the root.
    case noRoot(selector: String, matches: [TargetPartition], partitions: [TargetPartition])
    /// No file system holds an installed system. `unreadable`: why some could not be looked into.
    case noSystem(partitions: [TargetPartition], unreadable: [String])
    /// More than one file system holds an installed system.
    case severalRoots([FoundSystem], partitions: [TargetPartition])
    /// The image's partition table has nothing that could be the root.
    case impossibleRoot(selector: String, entries: [String])
    /// A partition holds no file system that can be mounted.
    case noFileSystem(TargetPartition, mountPoint: String)
    /// The kernel did not mount a file system. `module`: why its driver was not loaded, when that failed.
    case mountFailed(device: String, type: String, mountPoint: String, cause: String, module: String?)
    /// The installed system needs a file system that this disk does not have.
    case missingFileSystem(source: String, mountPoint: String)
    /// Something in the root could not be read or written.
    case fileFailed(action: String, cause: String)
    /// A file system could not be unmounted.
    case unmountFailed(mountPoint: String, cause: String, holders: [String])
    /// The devices below the unmounted root, such as logical volumes, could not be taken down.
    case releaseFailed(device: String, cause: String)
    /// Written data did not reach the disk.
    case flushFailed(mountPoint: String, cause: String)
    /// The kernel did not grow a file system; it is whole and as large as before, or somewhat larger.
    case notGrown(device: String, type: String, cause: String)
    /// A command in the installed system could not be started.
    case hookNotStarted(command: String, cause: String)
    /// A command in the installed system failed or took too long. `lines`: the last it printed.
    case hookFailed(command: String, ending: String, lines: [String])
    /// The installed system would not assemble the mirror that it is put on. `missing`: what it lacks.
    case noMirrorSupport(missing: String)
    /// Whether the installed system would assemble its mirror cannot be told.
    case mirrorUncertain(reasons: [String])
    /// There is no kernel to hand over to, or it cannot be told which.
    case noKernel(reasons: [String])

    /// One sentence without a final full stop.
    public var description: String {
        switch self {
        case .noRoot(let selector, let matches, let partitions):
            let count = matches.isEmpty ? "no partition is" : "\(matches.count) partitions are"
            return "cannot tell the installed system's root: \(count) what ROOT_PARTITION=\(selector) asks for; "
                + "the disk's partitions are: \(Self.list(partitions))"
        case .noSystem(let partitions, let unreadable):
            let why = unreadable.isEmpty ? "" : "; \(unreadable.joined(separator: "; "))"
            return "cannot tell the installed system's root: no partition has its type, and no Linux file system holds "
                + "/etc/os-release\(why); the disk's partitions are: \(Self.list(partitions))"
        case .severalRoots(let systems, let partitions):
            let all = systems.map { "\($0.name) on \($0.partition.devicePath)" }.joined(separator: ", ")
            return "cannot tell the installed system's root: there are \(systems.count) systems, \(all); "
                + "the disk's partitions are: \(Self.list(partitions))"
        case .impossibleRoot(let selector, let entries):
            let all = entries.isEmpty ? "none" : entries.joined(separator: "; ")
            return "the image has no partition that could be the root that ROOT_PARTITION=\(selector) asks for; "
                + "its partitions are: \(all)"
        case .noFileSystem(let partition, let mountPoint):
            return "\(partition) cannot be mounted at \(mountPoint): it holds no ext2, ext3, ext4, xfs, btrfs or vfat"
        case .mountFailed(let device, let type, let mountPoint, let cause, let module):
            let driver = module.map { "; its driver was not loaded: \($0)" } ?? ""
            return "\(device) could not be mounted as \(type) at \(mountPoint): \(cause)\(driver)"
        case .missingFileSystem(let source, let mountPoint):
            return "the installed system's \(mountPoint) is \(source), which is not on this disk"
        case .fileFailed(let action, let cause):
            return "\(action) in the installed system failed: \(cause)"
        case .unmountFailed(let mountPoint, let cause, let holders):
            let by = holders.isEmpty ? "" : "; in use by \(holders.joined(separator: ", "))"
            return "\(mountPoint) could not be unmounted: \(cause)\(by)"
        case .releaseFailed(let device, let cause):
            return "what \(device) stands on could not be released: \(cause)"
        case .flushFailed(let mountPoint, let cause):
            return "what was written below \(mountPoint) did not reach the disk: \(cause)"
        case .notGrown(let device, let type, let cause):
            return "the \(type) on \(device) did not grow to the length of its partition: \(cause)"
        case .hookNotStarted(let command, let cause):
            return "the command `\(command)` could not be started in the installed system: \(cause)"
        case .hookFailed(let command, let ending, let lines):
            let said = lines.isEmpty ? "it printed nothing" : "its last lines: \(lines.joined(separator: " | "))"
            return "the command `\(command)` in the installed system \(ending); \(said)"
        case .noMirrorSupport(let missing):
            return "the installed system cannot run from a mirror, but would use one of the two disks alone: \(missing)"
        case .mirrorUncertain(let reasons):
            return
                "whether the installed system runs from its mirror, or would use one of the two disks alone, was not "
                + "found out: \(reasons.joined(separator: "; "))"
        case .noKernel(let reasons):
            let why = reasons.isEmpty ? "nothing looks like one" : reasons.joined(separator: "; ")
            return "no kernel to boot was found in the installed system: \(why)"
        }
    }

    /// What to try.
    public var advice: String {
        switch self {
        case .noRoot, .noSystem, .severalRoots, .impossibleRoot:
            "give exactly one partition of the image the root type of its architecture, or name it with ROOT_PARTITION"
        case .noFileSystem: "check that ROOT_PARTITION names the root and that the image is complete"
        case .mountFailed: "check the image's file system with fsck where it is built"
        case .missingFileSystem: "put all file systems of the image's /etc/fstab on one disk, or mark this one nofail"
        case .fileFailed: "check that the image's file systems have free space and are not read-only"
        case .unmountFailed, .releaseFailed: "end what uses it, then retry"
        case .flushFailed: "check the disk: it may be failing"
        case .notGrown: "grow it in the installed system, or set GROW_ROOT=false"
        case .hookNotStarted: "check that the image has /bin/sh"
        case .hookFailed: "correct POST_PROVISION_CMDS, or what the command needs in the image"
        case .noMirrorSupport:
            "install mdadm in the image and make its initial RAM disk anew (update-initramfs -u, dracut --force --mdadmconf), "
                + "or set RAID_BOOT_CHECK=false if it assembles its root otherwise"
        case .mirrorUncertain:
            "make the image's initial RAM disk with gzip, xz, zstd or lz4 and give it a menu that can be read, or set "
                + "RAID_BOOT_CHECK=false if it is known to assemble its root"
        case .noKernel: "set HANDOVER=reboot to start the installed system through the firmware"
        }
    }

    private static func list(_ partitions: [TargetPartition]) -> String {
        partitions.isEmpty ? "none" : partitions.map(\.description).joined(separator: "; ")
    }

    /// A failed call on a file of the root.
    static func file(_ action: String, _ error: SystemCallError) -> TargetSystemError {
        .fileFailed(action: action, cause: error.description)
    }
}
