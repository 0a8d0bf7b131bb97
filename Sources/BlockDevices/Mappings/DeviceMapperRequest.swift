import ByteCoding
import LVM

/// The argument of a device-mapper ioctl: `struct dm_ioctl` of <linux/dm-ioctl.h>, and for a table what follows it.
struct DeviceMapperRequest: Equatable {
    static let headerLength = 312
    private static let nameLength = 128
    private static let uuidLength = 129
    private static let targetLength = 40
    private static let targetTypeLength = 16
    /// Where the kernel puts the device's number.
    private static let deviceOffset = 40

    /// The bytes that the kernel reads and overwrites.
    var bytes: [UInt8]

    /// A request for the device of this name.
    ///
    /// - Parameters:
    ///   - uuid: only for making a device.
    ///   - targets: only for loading a table.
    /// - Returns: `nil` when a name does not fit the kernel's fields.
    init?(name: String, uuid: String = "", targets: [DeviceMapping.Target] = []) {
        guard name.utf8.count < Self.nameLength, uuid.utf8.count < Self.uuidLength,
            targets.allSatisfy({ $0.type.utf8.count < Self.targetTypeLength })
        else { return nil }
        let table = Self.table(targets)
        var writer = ByteWriter(reservingCapacity: Self.headerLength + table.count)
        for version: UInt32 in [4, 0, 0] { writer.native(version) }
        writer.native(UInt32(clamping: Self.headerLength + table.count))
        writer.native(UInt32(Self.headerLength))
        writer.native(UInt32(clamping: targets.count))
        // open_count, flags, event_nr, padding, dev
        writer.zeros(4 * 4 + 8)
        writer.append(Self.field(name, Self.nameLength))
        writer.append(Self.field(uuid, Self.uuidLength))
        writer.zeros(Self.headerLength - writer.count)
        writer.append(table)
        bytes = writer.bytes
    }

    /// `struct dm_target_spec`s, each with its parameters after it and the distance to the next.
    private static func table(_ targets: [DeviceMapping.Target]) -> [UInt8] {
        var writer = ByteWriter()
        for target in targets {
            var parameters = ByteWriter()
            parameters.append(target.parameters.utf8)
            parameters.append([0])
            parameters.pad(toMultipleOf: 8)
            writer.native(target.firstSector)
            writer.native(target.sectorCount)
            writer.native(Int32(0))
            writer.native(UInt32(clamping: targetLength + parameters.count))
            writer.append(field(target.type, targetTypeLength))
            writer.append(parameters.bytes)
        }
        return writer.bytes
    }

    private static func field(_ text: String, _ length: Int) -> [UInt8] {
        Array(text.utf8.prefix(length)) + [UInt8](repeating: 0, count: max(length - text.utf8.count, 0))
    }

    /// The device's minor number in the kernel's answer: of `dev`, in the form of `huge_encode_dev`, the bits 0 to 7 and
    /// 20 to 31.
    var minor: UInt32? {
        var reader = ByteReader(bytes)
        guard (try? reader.seek(to: Self.deviceOffset)) != nil, let device = try? reader.native(UInt64.self) else {
            return nil
        }
        return UInt32(truncatingIfNeeded: device & 0xff | device >> 12 & 0xfff00)
    }
}
