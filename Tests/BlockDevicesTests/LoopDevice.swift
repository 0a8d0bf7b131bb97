import BlockDevices
import Glibc
import LinuxSystem

/// A loop device over a temporary file, detached with its last owner: loop(4).
final class LoopDevice: Sendable {
    let file: TemporaryFile
    let name: String
    var path: String { "/dev/" + name }

    /// Attaches a file of zeros.
    init(bytes: Int, sectorSize: UInt32 = 512) throws {
        file = try TemporaryFile(bytes: bytes)
        let control = try Descriptor.open("/dev/loop-control", O_RDWR)
        // Another test may take the free device first.
        for _ in 0..<100 {
            let number = try control.ioctl("ioctl(LOOP_CTL_GET_FREE)", 0x4c82, 0)
            let device = try Descriptor.open("/dev/loop\(number)", O_RDWR)
            if Self.configure(device, file.descriptor, sectorSize) {
                name = "loop\(number)"
                return
            }
        }
        throw SystemCallError(call: "ioctl(LOOP_CONFIGURE)", subject: file.path, errno: .resourceBusy)
    }

    deinit {
        guard let device = try? Descriptor.open(path, O_RDONLY) else { return }
        try? KernelPartitions(of: name, descriptor: device).removeAll()
        _ = try? device.ioctl("ioctl(LOOP_CLR_FD)", 0x4c01, 0)
    }

    /// ioctl(LOOP_CONFIGURE) with `struct loop_config`: descriptor, block size, then loop_info64 with its flags at 52.
    private static func configure(_ device: Descriptor, _ file: Descriptor, _ sectorSize: UInt32) -> Bool {
        var config = [UInt32](repeating: 0, count: 304 / 4)
        config[0] = UInt32(file.rawValue)
        config[1] = sectorSize
        // LO_FLAGS_PARTSCAN: without it the kernel takes no partitions, not even by BLKPG.
        config[(8 + 52) / 4] = 8
        return (try? device.ioctl("ioctl(LOOP_CONFIGURE)", 0x4c0a, &config)) != nil
    }

    func disk() throws -> Disk { try BlockSysfs().disk(named: name) }

    func open(_ flags: Int32 = O_RDWR) throws -> Descriptor { try Descriptor.open(path, flags) }
}

/// Runs a program to its end; what it says goes to this process's standard error.
func run(_ arguments: String...) throws {
    let error = Descriptor(owning: try systemCall("dup") { dup(2) }, name: "stderr")
    let null = try Descriptor.open("/dev/null", O_RDWR)
    let pid = try ChildProcess.spawn(
        arguments[0], arguments: arguments, environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
        streams: [.descriptor(null), .descriptor(null), .descriptor(error)])
    var status: Int32 = 0
    try systemCall("waitpid") { waitpid(pid, &status, 0) }
    if status != 0 { throw SystemCallError(call: arguments[0], subject: "\(arguments)", errno: .ioError) }
}
