import CBlkid
import Diagnostics
import Glibc
import LinuxSystem

/// What a device holds by its magic bytes.
public struct Signature: Sendable, Equatable {
    /// Type as libblkid names it: `ext4`, `vfat`, `iso9660`, `linux_raid_member`, `LVM2_member`, or `gpt` and `dos` of a
    /// partition table.
    public let type: String
    /// Label; empty when there is none.
    public let label: String
    /// UUID as libblkid writes it; empty when there is none.
    public let uuid: String
    /// Whether this is a partition table.
    public let isPartitionTable: Bool

    /// A signature.
    public init(type: String, label: String = "", uuid: String = "", isPartitionTable: Bool = false) {
        self.type = type
        self.label = label
        self.uuid = uuid
        self.isPartitionTable = isPartitionTable
    }
}

/// Finding and wiping signatures with libblkid, which knows all there are. Reads can block on a dying disk: call these
/// through `watched`.
public enum Signatures {
    /// Members of arrays, of the kernel's and of firmwares', and LVM's physical volumes, as libblkid names them.
    static let memberTypes = [
        "linux_raid_member", "isw_raid_member", "ddf_raid_member", "adaptec_raid_member", "hpt37x_raid_member",
        "hpt45x_raid_member", "jmicron_raid_member", "lsi_mega_raid_member", "nvidia_raid_member",
        "promise_fasttrack_raid_member", "silicon_medley_raid_member", "via_raid_member", "LVM1_member", "LVM2_member",
    ]

    /// More signatures than any device can hold; a wipe that finds so many is going in circles.
    private static let mostWipes = 128

    /// Every signature on a device, in libblkid's order: superblocks first, then partition tables.
    ///
    /// - Parameter path: the node of a disk or a partition, or a regular file.
    /// - Throws: `SignatureError`.
    public static func all(on path: String) throws(SignatureError) -> [Signature] {
        try all(on: try open(path, O_RDONLY))
    }

    /// The file system on a partition; `nil` when there is none that libblkid knows.
    ///
    /// - Throws: `SignatureError`, also when signatures contradict each other.
    public static func fileSystem(on path: String) throws(SignatureError) -> Signature? {
        let descriptor = try open(path, O_RDONLY)
        return try withProbe(descriptor) { probe throws(SignatureError) in
            blkid_probe_enable_partitions(probe, 0)
            blkid_probe_set_superblocks_flags(
                probe, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_LABEL | BLKID_SUBLKS_UUID)
            blkid_probe_filter_superblocks_usage(probe, BLKID_FLTR_ONLYIN, BLKID_USAGE_FILESYSTEM)
            switch blkid_do_safeprobe(probe) {
            case 0: return signature(probe)
            case 1: return nil
            case -2: throw SignatureError.ambiguous(path)
            default: throw failure("blkid_do_safeprobe", path)
            }
        }
    }

    /// Wipes signatures until libblkid finds none, flushing each.
    ///
    /// - Parameters:
    ///   - descriptor: open for reading and writing.
    ///   - types: superblocks of these types only; `nil` for everything.
    /// - Returns: what was wiped, in order.
    /// - Throws: `SignatureError`, also when a fresh probe still finds something.
    public static func wipe(_ descriptor: Descriptor, only types: [String]? = nil) throws(SignatureError) -> [Signature]
    {
        let wiped = try withProbe(descriptor, only: types) { probe throws(SignatureError) in
            var wiped: [Signature] = []
            while try next(probe, descriptor.name) {
                let found = signature(probe)
                guard wiped.count < mostWipes else { throw .remains(descriptor.name, found.type) }
                wiped.append(found)
                // This steps back, so that the next probe looks for the same kind again.
                guard blkid_do_wipe(probe, 0) == 0 else { throw failure("blkid_do_wipe", descriptor.name) }
            }
            return wiped
        }
        if let left = try all(on: descriptor, only: types).first { throw .remains(descriptor.name, left.type) }
        return wiped
    }

    static func all(on descriptor: Descriptor, only types: [String]? = nil) throws(SignatureError) -> [Signature] {
        try withProbe(descriptor, only: types) { probe throws(SignatureError) in
            var found: [Signature] = []
            while found.count < mostWipes, try next(probe, descriptor.name) { found.append(signature(probe)) }
            return found
        }
    }

    private static func open(_ path: String, _ flags: Int32) throws(SignatureError) -> Descriptor {
        do throws(SystemCallError) {
            return try Descriptor.open(path, flags)
        } catch {
            throw .failed(error)
        }
    }

    /// Gives a probe of the whole device that looks for superblocks, also damaged ones, and partition tables.
    private static func withProbe<Value>(
        _ descriptor: Descriptor, only types: [String]? = nil, _ body: (blkid_probe) throws(SignatureError) -> Value
    ) throws(SignatureError) -> Value {
        guard let probe = blkid_new_probe() else { throw failure("blkid_new_probe", descriptor.name) }
        defer { blkid_free_probe(probe) }
        guard blkid_probe_set_device(probe, descriptor.rawValue, 0, 0) == 0 else {
            throw failure("blkid_probe_set_device", descriptor.name)
        }
        blkid_probe_enable_superblocks(probe, 1)
        blkid_probe_set_superblocks_flags(
            probe,
            BLKID_SUBLKS_MAGIC | BLKID_SUBLKS_TYPE | BLKID_SUBLKS_LABEL | BLKID_SUBLKS_UUID | BLKID_SUBLKS_BADCSUM)
        blkid_probe_enable_partitions(probe, types == nil ? 1 : 0)
        blkid_probe_set_partitions_flags(probe, BLKID_PARTS_MAGIC | BLKID_PARTS_FORCE_GPT)
        if let types { try filter(probe, types, descriptor.name) }
        return try body(probe)
    }

    private static func filter(_ probe: blkid_probe, _ types: [String], _ path: String) throws(SignatureError) {
        var names = types.map { strdup($0) } + [nil]
        defer { names.forEach { free($0) } }
        guard blkid_probe_filter_superblocks_type(probe, BLKID_FLTR_ONLYIN, &names) == 0 else {
            throw failure("blkid_probe_filter_superblocks_type", path)
        }
    }

    private static func next(_ probe: blkid_probe, _ path: String) throws(SignatureError) -> Bool {
        switch blkid_do_probe(probe) {
        case 0: return true
        case 1: return false
        default: throw failure("blkid_do_probe", path)
        }
    }

    private static func signature(_ probe: blkid_probe) -> Signature {
        func value(_ name: String) -> String {
            var data: UnsafePointer<CChar>?
            guard blkid_probe_lookup_value(probe, name, &data, nil) == 0, let data else { return "" }
            return String(cString: data)
        }
        let type = value("TYPE")
        if !type.isEmpty { return Signature(type: type, label: value("LABEL"), uuid: value("UUID")) }
        return Signature(type: value("PTTYPE"), uuid: value("PTUUID"), isPartitionTable: true)
    }

    private static func failure(_ call: String, _ path: String) -> SignatureError {
        .failed(SystemCallError(call: call, subject: path, errno: .init(rawValue: errno)))
    }
}

/// Probing or wiping a device failed.
public enum SignatureError: ExplainedError, Equatable {
    /// A system call or a call of libblkid failed.
    case failed(SystemCallError)
    /// The device holds signatures of several file systems.
    case ambiguous(String)
    /// A signature of this type is still found after it was wiped.
    case remains(String, String)

    /// What failed, on what and why.
    public var description: String {
        switch self {
        case .failed(let error): error.description
        case .ambiguous(let path): "\(path) holds signatures of several file systems"
        case .remains(let path, let type): "\(path) still has a signature of \(type) after it was wiped"
        }
    }

    /// What to try.
    public var advice: String {
        switch self {
        case .failed, .remains: "check the disk and the kernel log for input/output errors"
        case .ambiguous: "wipe the signature that is left over (wipefs lists them)"
        }
    }
}
