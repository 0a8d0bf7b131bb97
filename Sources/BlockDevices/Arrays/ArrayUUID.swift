import Glibc
import LinuxSystem

/// What tells one md array from another.
public struct ArrayUUID: Sendable, Hashable, CustomStringConvertible {
    /// Sixteen bytes in the order in which superblocks of version 1 have them.
    let bytes: [UInt8]

    /// Sixteen random bytes.
    public init() {
        var generator = SystemRandomNumberGenerator()
        bytes = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    /// Exactly sixteen bytes.
    init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        self.bytes = Array(bytes)
    }

    /// Four groups of eight hexadecimal digits with colons between them, as mdadm(8) prints and takes it.
    public var description: String {
        var text = ""
        for (index, byte) in bytes.enumerated() {
            if index > 0, index % 4 == 0 { text += ":" }
            text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return text
    }
}

extension ArrayUUID {
    /// That of the array with metadata 1.0 that a whole disk is a member of: the disk alone looks like the array, so several
    /// such disks are one system.
    ///
    /// - Returns: `nil` for a disk that is no such member.
    /// - Throws: `SystemCallError`; `StuckCallError` when the disk does not answer.
    public static func ofMirror(on disk: Disk, timeout: Duration = .seconds(20)) throws -> ArrayUUID? {
        let path = disk.devicePath
        return try watched("read", device: path, timeout: timeout) {
            try MDSuperblock.find(on: Descriptor.open(path, O_RDONLY)).first { $0.version == .v1_0 }?.array
        }
    }
}
