import ByteCoding
import LinuxSystem

/// What a member's superblock says of its array: `struct mdp_superblock_1`, `mdp_super_t` (<linux/raid/md_p.h>).
struct MDMember: Sendable, Equatable {
    /// Where and in which form the superblock is.
    let version: MDSuperblock.Version
    /// The array's identity: four groups of eight digits, as mdadm(8) writes it.
    let arrayUUID: String
    /// 0, 1, 4, 5, 6, 10; -1 is linear.
    let level: Int
    /// Members that the array has when it is whole.
    let memberCount: Int

    /// Reads the 4 KiB at the place of a version.
    ///
    /// - Returns: `nil` when no superblock of this version is there, or one that was made on a machine of the other byte
    ///   order, which the kernel does not know either.
    init?(_ bytes: [UInt8], version: MDSuperblock.Version, offset: UInt64) {
        guard MDSuperblock(bytes, version: version, offset: offset) != nil else { return nil }
        var reader = ByteReader(bytes)
        do throws(ByteReadError) {
            var words: [UInt32] = []
            let level: Int32
            let count: UInt32
            if version == .v0_90 {
                guard try reader.native(UInt32.self) == MDSuperblock.magic else { return nil }
                try reader.seek(to: 20)
                words.append(try reader.native())
                try reader.seek(to: 28)
                level = try reader.native()
                try reader.seek(to: 40)
                count = try reader.native()
                try reader.seek(to: 52)
                for _ in 0..<3 { words.append(try reader.native()) }
            } else {
                try reader.seek(to: 16)
                for _ in 0..<4 { words.append(try reader.bigEndian()) }
                try reader.seek(to: 72)
                level = try reader.littleEndian()
                try reader.seek(to: 92)
                count = try reader.littleEndian()
            }
            self.version = version
            arrayUUID = words.map(Self.eightDigits).joined(separator: ":")
            self.level = Int(level)
            memberCount = Int(count)
        } catch {
            return nil
        }
    }

    private static func eightDigits(_ word: UInt32) -> String {
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// All that a device holds; more than one when an array was made anew with another version.
    static func find(on device: Descriptor) throws(SystemCallError) -> [MDMember] {
        let size = try device.sizeInBytes()
        var found: [MDMember] = []
        for version in MDSuperblock.Version.allCases {
            guard let offset = version.offset(memberBytes: size) else { continue }
            let bytes = try device.readBytes(count: Int(MDSuperblock.bytes), at: offset)
            if let member = MDMember(bytes, version: version, offset: offset) { found.append(member) }
        }
        return found
    }

    /// The driver of the array's level; `nil` for one that a system cannot be on, such as a container.
    var module: String? {
        switch level {
        case -1: "linear"
        case 0, 1, 10: "raid\(level)"
        case 4, 5, 6: "raid456"
        default: nil
        }
    }

    /// The level as `/proc/mdstat` has it.
    var levelName: String { level == -1 ? "linear" : "raid\(level)" }
}
