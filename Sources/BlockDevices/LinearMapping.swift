import ByteCoding
import CLinux
import Glibc
import LinuxSystem

/// A block device put together from ranges of others, without dmsetup: device-mapper's `linear` target
/// (admin-guide/device-mapper/linear).
struct LinearMapping: Sendable {
    /// One range, in bytes; multiples of 512.
    struct Segment: Sendable {
        let length: UInt64
        /// The node of the device that it lies on.
        let device: String
        let offset: UInt64
    }

    /// `struct dm_ioctl` up to its data: `linux/dm-ioctl.h`.
    private static let headerLength = 312
    private static let nameLength = 128
    private static let deviceNumberOffset = 40

    let name: String
    /// Its node, such as `/dev/dm-0`.
    let path: String

    /// Makes the device and waits for its node.
    init(_ name: String, _ segments: [Segment]) throws(SystemCallError) {
        self.name = name
        let control = try Descriptor.open("/dev/mapper/control", O_RDWR)
        let created = try Self.request(control, "DM_DEV_CREATE", MARTLET_DM_DEV_CREATE, name)
        do throws(SystemCallError) {
            try Self.request(
                control, "DM_TABLE_LOAD", MARTLET_DM_TABLE_LOAD, name, targets: UInt32(clamping: segments.count),
                try Self.table(segments))
            // Resuming is suspending without the flag that says so.
            try Self.request(control, "DM_DEV_SUSPEND", MARTLET_DM_DEV_SUSPEND, name)
            path = try Self.waitForNode(created)
        } catch {
            martlet_dm_remove(control.rawValue, name)
            throw error
        }
    }

    @discardableResult
    private static func request(
        _ control: Descriptor, _ call: String, _ number: UInt, _ name: String, targets: UInt32 = 0,
        _ data: [UInt8] = []
    ) throws(SystemCallError) -> [UInt8] {
        guard name.utf8.count < nameLength else {
            throw SystemCallError(call: "ioctl(\(call))", subject: name, errno: .fileNameTooLong)
        }
        var writer = ByteWriter(reservingCapacity: headerLength + data.count)
        for part: UInt32 in [4, 0, 0, UInt32(clamping: headerLength + data.count), UInt32(headerLength), targets] {
            writer.littleEndian(part)
        }
        writer.zeros(deviceNumberOffset + 8 - writer.count)
        writer.append(Array(name.utf8))
        writer.zeros(headerLength - writer.count)
        writer.append(data)
        var bytes = writer.bytes
        let outcome = bytes.withUnsafeMutableBytes { buffer in
            Result { () throws(SystemCallError) in
                try systemCall("ioctl(\(call))", name) {
                    martlet_ioctl_pointer(control.rawValue, number, buffer.baseAddress)
                }
            }
        }
        _ = try outcome.get()
        return bytes
    }

    /// `struct dm_target_spec` and the target's arguments, for each segment.
    private static func table(_ segments: [Segment]) throws(SystemCallError) -> [UInt8] {
        var writer = ByteWriter()
        var start: UInt64 = 0
        for segment in segments {
            var facts = stat()
            try systemCall("stat", segment.device) { stat(segment.device, &facts) }
            let device = UInt64(facts.st_rdev)
            let number = "\(martlet_major(device)):\(martlet_minor(device))"
            var arguments = ByteWriter()
            arguments.append(Array("\(number) \(segment.offset / 512)".utf8))
            arguments.zeros(1)
            arguments.pad(toMultipleOf: 8)
            writer.littleEndian(start)
            writer.littleEndian(segment.length / 512)
            writer.littleEndian(UInt32(0))
            writer.littleEndian(UInt32(clamping: 40 + arguments.count))
            writer.append(Array("linear".utf8))
            writer.zeros(16 - "linear".utf8.count)
            writer.append(arguments.bytes)
            start &+= segment.length / 512
        }
        return writer.bytes
    }

    private static func waitForNode(_ created: [UInt8]) throws(SystemCallError) -> String {
        var reader = ByteReader(created[...])
        guard (try? reader.seek(to: deviceNumberOffset)) != nil, let number = try? reader.littleEndian(UInt64.self)
        else { throw SystemCallError(call: "ioctl(DM_DEV_CREATE)", subject: "", errno: .invalidArgument) }
        // linux/kdev_t.h, new_encode_dev: the major number lies in the middle.
        let path = "/dev/dm-\((number & 0xff) | ((number >> 12) & 0xfff00))"
        for _ in 0..<500 {
            if Files.exists(path) { return path }
            pause(milliseconds: 10)
        }
        throw SystemCallError(call: "open", subject: path, errno: .noSuchFileOrDirectory)
    }
}
