import BlockDevices
import Glibc
import LinuxSystem

/// A sysfs and procfs tree of a made-up machine in a temporary directory, removed with its last owner.
final class FakeSysfs {
    let root: String
    /// Directories that are there: a tree of hundreds of disks would otherwise make each of its parents thousands of times.
    private var made: Set<String> = []

    init() throws {
        // In memory if possible: a tree of hundreds of disks has thousands of files.
        let parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
        var template = Array("\(parent)/martlet-sysfs-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw SystemCallError(call: "mkdtemp", subject: parent, errno: .init(rawValue: errno))
        }
        root = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        for directory in ["sys/block", "sys/class/block", "proc/self"] {
            try Files.makeDirectories("\(root)/\(directory)")
        }
    }

    deinit {
        removeTree(root)
    }

    var sysfs: BlockSysfs { BlockSysfs(sysRoot: root + "/sys", procRoot: root + "/proc") }

    /// Writes attributes below `/sys`, making their directories.
    func attributes(_ directory: String, _ values: [String: String]) throws {
        for (name, value) in values { try file("sys/\(directory)/\(name)", Array((value + "\n").utf8)) }
    }

    func file(_ path: String, _ bytes: [UInt8]) throws {
        let full = "\(root)/\(path)"
        try makeParent(of: full)
        try Files.write(bytes, to: full)
    }

    private func makeParent(of path: String) throws {
        let parent = String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
        if made.insert(parent).inserted { try Files.makeDirectories(parent) }
    }

    func link(_ path: String, to target: String) throws {
        let full = "\(root)/\(path)"
        try makeParent(of: full)
        try systemCall("symlink", full) { symlink("\(root)/\(target)", full) }
    }

    /// A whole block device at `sys/devices/PLACE/NAME`, linked from `/sys/block` and `/sys/class/block`.
    ///
    /// - Parameter device: where its `device` link leads, below `sys/devices`.
    func block(
        _ name: String, at place: String, device: String? = nil, gigabytes: Int = 100,
        _ values: [String: String] = [:]
    ) throws {
        let directory = "devices/\(place)/\(name)"
        var all = ["size": "\(gigabytes * 1_953_125)", "ro": "0", "removable": "0", "queue/logical_block_size": "512"]
        all.merge(values) { $1 }
        try attributes(directory, all)
        try link("sys/block/\(name)", to: "sys/" + directory)
        try link("sys/class/block/\(name)", to: "sys/" + directory)
        if let device { try link("sys/\(directory)/device", to: "sys/devices/\(device)") }
    }

    /// A SCSI disk at `0:0:0:0` of a host directory such as `pci0000:00/0000:00:1f.2/ata1/host0`.
    func scsiDisk(
        _ name: String, host: String, address: String = "0:0:0:0", gigabytes: Int = 100,
        _ values: [String: String] = [:], device deviceValues: [String: String] = [:]
    ) throws {
        let device = "\(host)/target\(address.dropLast(2))/\(address)"
        try block(name, at: device + "/block", device: device, gigabytes: gigabytes, values)
        try attributes("devices/" + device, deviceValues)
    }

    /// A partition of a block device made before; `start` and `size` in sectors of 512 bytes.
    func partition(_ number: Int, _ name: String, of disk: String, start: Int, size: Int, dev: String) throws {
        let directory = "block/\(disk)/\(name)"
        try attributes(directory, ["partition": "\(number)", "start": "\(start)", "size": "\(size)", "dev": dev])
        try link("sys/class/block/\(name)", to: "sys/" + directory)
    }

    /// Stacks a holder on devices made before.
    func hold(_ holder: String, on slaves: [String]) throws {
        for slave in slaves {
            try link("sys/class/block/\(slave)/holders/\(holder)", to: "sys/class/block/\(holder)")
            try link("sys/class/block/\(holder)/slaves/\(slave)", to: "sys/class/block/\(slave)")
        }
    }
}

/// Removes a directory and all in it, without following links.
private func removeTree(_ path: String) {
    if unlink(path) == 0 { return }
    for name in (try? Files.list(path)) ?? [] { removeTree("\(path)/\(name)") }
    rmdir(path)
}
