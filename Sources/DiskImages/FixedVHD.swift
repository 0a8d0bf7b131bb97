/// A virtual hard disk of fixed size: a raw disk with a footer behind it, by which alone it is told from one (Microsoft,
/// "Virtual Hard Disk Image Format Specification" 1.0, "Hard Disk Footer Format").
public enum FixedVHD {
    /// Bytes of the footer, the last of the file.
    public static let footerLength = 512

    /// Whether the last bytes of a file are the footer of such a disk.
    public static func isFooter(_ bytes: some Collection<UInt8>) -> Bool {
        let footer = Array(bytes)
        guard footer.count == footerLength, footer.starts(with: "conectix".utf8) else { return false }
        func field(_ offset: Int) -> UInt32 { footer[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) } }
        var sum: UInt32 = 0
        for (offset, byte) in footer.enumerated() where !(64..<68).contains(offset) { sum &+= UInt32(byte) }
        return field(60) == 2 && field(64) == ~sum
    }
}
