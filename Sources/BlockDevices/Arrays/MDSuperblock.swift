import ByteCoding
import LinuxSystem

/// Where an md array keeps its superblock on a member: `Documentation/admin-guide/md.rst`, `<linux/raid/md_p.h>`.
public struct MDSuperblock: Sendable, Equatable {
    /// A metadata version.
    public enum Version: String, Sendable, CaseIterable {
        /// In the last 64 KiB block that is whole.
        case v0_90 = "0.90"
        /// 8 to 12 KiB from the end, on a boundary of 4 KiB.
        case v1_0 = "1.0"
        /// At the start.
        case v1_1 = "1.1"
        /// 4 KiB from the start.
        case v1_2 = "1.2"

        /// First byte of the superblock on a member of this size in bytes; `nil` when the member is too small for it.
        public func offset(memberBytes: UInt64) -> UInt64? {
            let sectors = memberBytes / 512
            let position: UInt64
            switch self {
            case .v0_90:
                guard sectors >= 2 * 128 else { return nil }
                position = sectors / 128 * 128 - 128
            case .v1_0:
                guard sectors >= 24 else { return nil }
                position = (sectors - 16) / 8 * 8
            case .v1_1: position = 0
            case .v1_2: position = 8
            }
            let offset = position * 512
            return offset + MDSuperblock.bytes <= memberBytes ? offset : nil
        }
    }

    /// Bytes that a superblock takes at most, in every version.
    public static let bytes: UInt64 = 4096
    static let magic: UInt32 = 0xa92b_4efc

    /// Version.
    public let version: Version
    /// First byte on the member.
    public let offset: UInt64
    /// What tells its array from others; `nil` of version 0.90.
    public let array: ArrayUUID?

    /// Recognises a superblock in the 4 KiB at the place of this version: magic, version, and for 1.x the place that it
    /// gives itself.
    init?(_ bytes: [UInt8], version: Version, offset: UInt64) {
        var reader = ByteReader(bytes)
        var array: ArrayUUID?
        do throws(ByteReadError) {
            if version == .v0_90 {
                // 0.90 is in the byte order of the machine that made it.
                let magic: UInt32 = try reader.littleEndian()
                guard magic == Self.magic || magic.byteSwapped == Self.magic else { return nil }
            } else {
                let magic: UInt32 = try reader.littleEndian()
                let major: UInt32 = try reader.littleEndian()
                guard magic == Self.magic, major == 1 else { return nil }
                try reader.seek(to: 16)
                array = ArrayUUID(try reader.read(16))
                try reader.seek(to: 144)
                let sector: UInt64 = try reader.littleEndian()
                guard sector == offset / 512 else { return nil }
            }
        } catch {
            return nil
        }
        self.version = version
        self.offset = offset
        self.array = array
    }

    /// The superblocks on a device, of all four versions.
    static func find(on device: Descriptor) throws(SystemCallError) -> [MDSuperblock] {
        let size = try device.sizeInBytes()
        var found: [MDSuperblock] = []
        for version in Version.allCases {
            guard let offset = version.offset(memberBytes: size) else { continue }
            let bytes = try device.readBytes(count: Int(Self.bytes), at: offset)
            if let superblock = MDSuperblock(bytes, version: version, offset: offset) { found.append(superblock) }
        }
        return found
    }
}
