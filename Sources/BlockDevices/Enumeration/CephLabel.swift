import LinuxSystem

/// Where Ceph's BlueStore keeps the label of a device, and since release 19 its copies: `src/os/bluestore/BlueStore.cc`.
/// libblkid knows the first one only, from which alone the others could be restored.
enum CephLabel {
    /// Bytes of a label.
    static let bytes: UInt64 = 4096
    private static let magic = Array("bluestore block device".utf8)
    /// First bytes: the start, and 1, 10, 100 and 1000 GiB.
    private static let offsets: [UInt64] = [0, 1 << 30, 10 << 30, 100 << 30, 1000 << 30]

    /// The first bytes of the labels on a device.
    static func find(on device: Descriptor) throws(SystemCallError) -> [UInt64] {
        let size = try device.sizeInBytes()
        var found: [UInt64] = []
        for offset in offsets where offset + bytes <= size {
            if try device.readBytes(count: magic.count, at: offset) == magic { found.append(offset) }
        }
        return found
    }
}
