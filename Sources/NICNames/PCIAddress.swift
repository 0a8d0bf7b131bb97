/// Where a PCI function is: domain, bus, device and function, as sysfs writes it: `0000:03:00.0`.
public struct PCIAddress: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The domain (segment); above 65535 for domains that Linux numbers itself, such as those of Intel VMD.
    public let domain: UInt32
    /// The bus in its domain.
    public let bus: UInt8
    /// The device on its bus, 0 to 31.
    public let device: UInt8
    /// The function of its device, 0 to 7.
    public let function: UInt8

    /// Parses `0000:03:00.0`: hexadecimal numbers of four or more, two and two digits, and one digit from 0 to 7.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, (4...8).contains(parts[0].utf8.count), parts[1].utf8.count == 2,
            parts[2].utf8.count == 4
        else { return nil }
        let last = parts[2].split(separator: ".", omittingEmptySubsequences: false)
        guard last.count == 2, last[0].utf8.count == 2,
            (parts[0...1] + [last[0]]).allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isHexDigit } }),
            let domain = UInt32(parts[0], radix: 16), let bus = UInt8(parts[1], radix: 16),
            let device = UInt8(last[0], radix: 16), device < 32, let function = UInt8(last[1]), function < 8
        else { return nil }
        self.domain = domain
        self.bus = bus
        self.device = device
        self.function = function
    }

    /// `0000:03:00.0`.
    public var description: String {
        "\(hexadecimal(domain, 4)):\(hexadecimal(bus, 2)):\(hexadecimal(device, 2)).\(function)"
    }

    /// By domain, bus, device and function.
    public static func < (left: Self, right: Self) -> Bool {
        (left.domain, left.bus, left.device, left.function) < (right.domain, right.bus, right.device, right.function)
    }

    private func hexadecimal(_ number: some BinaryInteger, _ digits: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: max(digits - text.utf8.count, 0)) + text
    }
}
