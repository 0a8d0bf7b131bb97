import Glibc
import LinuxSystem
import Synchronization

/// An md array that was started.
public struct ActiveArray: Sendable, Equatable {
    /// Its device, such as `/dev/md127`.
    public let devicePath: String
    /// Its identity, as mdadm(8) writes it.
    public let uuid: String
    /// Its level, such as `raid1`.
    public let level: String
    /// The partitions that it was started from.
    public let members: [String]
}

/// The md arrays on some partitions of one disk, started without mdadm, until `stop`.
///
/// An array is never completed from other disks: it starts from what lies on this one, degraded where its level allows it,
/// or not at all. It starts in `read-auto`: nothing is written to its members, and no resync begins, before something is
/// written to the array (`Documentation/admin-guide/md.rst`).
public final class InstalledArrays: Sendable {
    /// Those that are devices now.
    public let active: [ActiveArray]
    /// All partitions that are members, of arrays that did not start as well: what seems to be a file system on one of them
    /// is the array's.
    public let members: Set<String>
    /// The identities of arrays that did not start: their other members may be on other disks.
    public let unstarted: [String]
    /// What could not be started, one sentence each.
    public let warnings: [String]
    /// Those of them that have members enough on this disk to start, and did not.
    public let doubts: [String]

    /// Kernel's names.
    private let names: Mutex<[String]>
    private let sysfs: BlockSysfs
    private let register: ArrayRegister
    /// For each call that can hang on a dying disk.
    private static let timeout: Duration = .seconds(60)

    /// Finds members among partitions, and starts their arrays. Where there are none, nothing is done and no driver is
    /// needed.
    ///
    /// - Parameters:
    ///   - partitions: nodes, such as `/dev/sda3`; none may be held by anything else.
    ///   - register: where the names of started arrays are kept for `ArrayRegister.stopAll`.
    ///   - loadModule: loads a driver by its name.
    /// - Throws: `SystemCallError`, `StuckCallError` when a partition cannot be read; nothing stays started then. An array
    ///   that does not start is a warning.
    public init(
        on partitions: [String], register: ArrayRegister, sysfs: BlockSysfs = BlockSysfs(),
        loadModule: (String) throws -> Void
    ) throws {
        self.sysfs = sysfs
        self.register = register
        var found: [(path: String, member: MDMember)] = []
        var members: Set<String> = []
        var warnings: [String] = []
        for path in partitions {
            let superblocks = try watched("reading md superblocks", device: path, timeout: Self.timeout) {
                try MDMember.find(on: try Descriptor.open(path, O_RDONLY))
            }
            guard let member = superblocks.first else { continue }
            members.insert(path)
            if superblocks.count == 1 {
                found.append((path, member))
            } else {
                warnings.append(
                    "\(path) has \(superblocks.count) md superblocks, and which of them holds cannot be told")
            }
        }
        var active: [ActiveArray] = []
        var unstarted: [String] = []
        var doubts: [String] = []
        for uuid in Set(found.map(\.member.arrayUUID)).sorted() {
            let own = found.filter { $0.member.arrayUUID == uuid }
            guard let member = own.first?.member else { continue }
            do {
                // Its failure shows when the array is started.
                if let module = member.module { try? loadModule(module) }
                let paths = own.map(\.path)
                let name = try watched("starting \(member.levelName)", device: uuid, timeout: Self.timeout) {
                    try Self.start(member, paths, sysfs, register)
                }
                active.append(
                    ActiveArray(devicePath: "/dev/" + name, uuid: uuid, level: member.levelName, members: paths))
            } catch {
                unstarted.append(uuid)
                let warning =
                    "md array \(uuid) (\(member.levelName)) is left out: \(own.count) of its \(member.memberCount) members "
                    + "are on this disk, and it does not start: \(error)"
                warnings.append(warning)
                if member.levelName == "raid1" || own.count >= member.memberCount { doubts.append(warning) }
            }
        }
        self.active = active
        self.members = members
        self.unstarted = unstarted
        self.warnings = warnings
        self.doubts = doubts
        names = Mutex(active.map { String($0.devicePath.dropFirst("/dev/".count)) })
    }

    /// Stops the arrays again; md marks those that were written to as clean. Must follow the unmount of what is on them;
    /// does nothing when called again.
    ///
    /// - Throws: `SystemCallError`, `EBUSY` when one is in use; `DiskReleaseError`, `StuckCallError`.
    public func stop() throws {
        while let last = names.withLock({ $0.last }) {
            try watched("stopping", device: last, timeout: Self.timeout) { [sysfs, register] in
                try register.stop(last, sysfs)
            }
            names.withLock { _ = $0.popLast() }
        }
    }

    /// md.rst: a new array is told the form of its superblocks and its members, and takes the rest from these.
    private static func start(
        _ member: MDMember, _ paths: [String], _ sysfs: BlockSysfs, _ register: ArrayRegister
    ) throws -> String {
        let name = try free(sysfs)
        try register.note(name)
        try Files.write(name, to: "\(sysfs.sysRoot)/module/md_mod/parameters/new_array")
        let attributes = "\(sysfs.sysRoot)/class/block/\(name)/md"
        do {
            try Files.write(member.version.rawValue, to: attributes + "/metadata_version")
            for path in paths {
                guard let number = Files.attribute("\(sysfs.sysRoot)/class/block/\(path.dropFirst("/dev/".count))/dev")
                else { throw SystemCallError(call: "read", subject: path, errno: .noSuchAddressOrDevice) }
                try Files.write(number, to: attributes + "/new_dev")
            }
            try Files.write("read-auto", to: attributes + "/array_state")
            try waitForNode("/dev/" + name)
            return name
        } catch {
            try? register.stop(name, sysfs)
            throw error
        }
    }

    /// Counts down from 127, as mdadm does for arrays that no configuration names.
    private static func free(_ sysfs: BlockSysfs) throws(SystemCallError) -> String {
        for number in (0..<128).reversed() where !Files.exists("\(sysfs.sysRoot)/class/block/md\(number)") {
            return "md\(number)"
        }
        throw SystemCallError(call: "new_array", subject: "md", errno: .resourceBusy)
    }
}
