/// A globally unique identifier as partition tables hold it (UEFI specification, appendix A).
///
/// On a disk the first three fields are little-endian and the last two big-endian; the text form is big-endian
/// throughout.
public struct GUID: Hashable, Sendable, CustomStringConvertible {
    /// The sixteen bytes in the order of the text form.
    private let textOrder: [UInt8]

    /// All zero: the type of an unused entry.
    public static let zero = GUID(textOrder: [UInt8](repeating: 0, count: 16))

    private static let groupLengths = [8, 4, 4, 4, 12]
    /// For each byte of the disk form, its place in the text form; the exchange is its own inverse.
    private static let exchange = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]

    private init(textOrder: [UInt8]) {
        self.textOrder = textOrder
    }

    /// A GUID from its text form, `c12a7328-f81f-11d2-ba4b-00a0c93ec93b`, in either case.
    public init?(_ text: some StringProtocol) {
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        guard groups.map(\.utf8.count) == Self.groupLengths else { return nil }
        var nibbles: [UInt8] = []
        for digit in groups.joined() {
            guard digit.isASCII, let value = digit.hexDigitValue else { return nil }
            nibbles.append(UInt8(truncatingIfNeeded: value))
        }
        textOrder = stride(from: 0, to: 32, by: 2).map { nibbles[$0] << 4 | nibbles[$0 + 1] }
    }

    /// A GUID from exactly sixteen bytes as they lie on a disk.
    public init?(diskBytes: some Collection<UInt8>) {
        guard diskBytes.count == 16 else { return nil }
        let bytes = Array(diskBytes)
        textOrder = Self.exchange.map { bytes[$0] }
    }

    /// The sixteen bytes as they lie on a disk.
    public var diskBytes: [UInt8] { Self.exchange.map { textOrder[$0] } }

    /// Lower case with hyphens, as Linux prints `PARTUUID`.
    public var description: String {
        var text = ""
        for (index, byte) in textOrder.enumerated() {
            if [4, 6, 8, 10].contains(index) { text += "-" }
            text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return text
    }
}
