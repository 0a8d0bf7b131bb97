import CLinux
import Glibc
import LinuxSystem

/// One archive for the initial RAM file system of the next kernel.
public enum InitialRAMDisk: Sendable {
    /// An open regular file, read from its start whatever its position.
    case file(Descriptor)
    /// Bytes in memory.
    case bytes([UInt8])

    /// The kernel finds the next archive at a multiple of this many bytes when it is not compressed.
    private static let alignment = 4
    private static let chunk = 1 << 20

    /// One file that holds all archives in order; `nil` for none.
    ///
    /// One archive in a file is used as it is. Anything else goes into a file in memory, opened again for reading only:
    /// the kernel refuses to read an image that somebody could still write to.
    static func combine(_ disks: [InitialRAMDisk]) throws(SystemCallError) -> Descriptor? {
        guard let first = disks.first else { return nil }
        if disks.count == 1, case .file(let file) = first { return file }
        let raw = try systemCall("memfd_create") { martlet_memfd_create("initrd") }
        let combined = Descriptor(owning: raw, name: "initrd in memory")
        var length = 0
        for (index, disk) in disks.enumerated() {
            if index > 0 {
                let padding = (alignment - length % alignment) % alignment
                length += try append([UInt8](repeating: 0, count: padding), to: combined)
            }
            switch disk {
            case .bytes(let bytes): length += try append(bytes, to: combined)
            case .file(let file): length += try append(file, to: combined)
            }
        }
        return try Descriptor.open("/proc/self/fd/\(raw)", O_RDONLY)
    }

    private static func append(_ bytes: [UInt8], to combined: Descriptor) throws(SystemCallError) -> Int {
        let outcome = bytes.withUnsafeBytes { buffer in
            Result { () throws(SystemCallError) in try combined.writeAll(buffer) }
        }
        try outcome.get()
        return bytes.count
    }

    private static func append(_ file: Descriptor, to combined: Descriptor) throws(SystemCallError) -> Int {
        var length = 0
        while true {
            let bytes = try file.readBytes(count: chunk, at: UInt64(length))
            length += try append(bytes, to: combined)
            if bytes.count < chunk { return length }
        }
    }
}
