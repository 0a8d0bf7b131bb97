/// Bytes and where on a disk they belong.
public struct DiskRegion: Hashable, Sendable {
    /// The first byte's place, in bytes from the start of the disk.
    public let offset: Int
    /// What belongs there; whole logical sectors.
    public let bytes: [UInt8]

    /// Bytes and their place.
    public init(offset: Int, bytes: [UInt8]) {
        self.offset = offset
        self.bytes = bytes
    }
}
