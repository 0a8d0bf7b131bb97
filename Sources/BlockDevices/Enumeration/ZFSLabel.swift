import ByteCoding
import LinuxSystem

/// Where ZFS keeps the four copies of a device's label: OpenZFS `include/sys/vdev_impl.h`, "On-Disk Format".
///
/// A label holds up to 128 uberblocks, each of which alone makes the device a member of its pool; so the labels are zeroed
/// whole.
enum ZFSLabel {
    /// Bytes of a label.
    static let bytes: UInt64 = 256 << 10
    private static let magic: UInt64 = 0x00ba_b10c
    /// The second half is the ring of uberblocks; they begin at multiples of this.
    private static let ring: UInt64 = 128 << 10
    private static let spacing = 1 << 10

    /// The first bytes of the four labels on a device of this size in bytes: two at its start, two at the end of what is
    /// whole labels of it. None on a device that has no room for four.
    static func offsets(deviceBytes: UInt64) -> [UInt64] {
        let end = deviceBytes / bytes * bytes
        return end >= 4 * bytes ? [0, bytes, end - 2 * bytes, end - bytes] : []
    }

    /// The first bytes of the labels that hold an uberblock, in either byte order.
    static func find(on device: Descriptor) throws(SystemCallError) -> [UInt64] {
        var found: [UInt64] = []
        for offset in offsets(deviceBytes: try device.sizeInBytes()) {
            let uberblocks = try device.readBytes(count: Int(bytes - ring), at: offset + ring)
            if isRing(uberblocks) { found.append(offset) }
        }
        return found
    }

    static func isRing(_ bytes: [UInt8]) -> Bool {
        var reader = ByteReader(bytes)
        for start in stride(from: 0, to: bytes.count, by: spacing) {
            guard (try? reader.seek(to: start)) != nil, let value = try? reader.littleEndian(UInt64.self) else { break }
            if value == magic || value.byteSwapped == magic { return true }
        }
        return false
    }
}
