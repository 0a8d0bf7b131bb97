import ByteCoding

/// One entry of the firmware's boot menu: EFI_LOAD_OPTION (UEFI specification 3.1.3), the content of a `Boot####` variable.
public struct LoadOption: Hashable, Sendable {
    /// The firmware tries it when its turn in the boot order comes: LOAD_OPTION_ACTIVE.
    public static let active: UInt32 = 1
    /// The longest description made here, in characters; menus cut off what is longer.
    public static let labelLimit = 64

    /// LOAD_OPTION_* flags.
    public let attributes: UInt32
    /// What the menu shows.
    public let label: String
    /// Where the loader is.
    public let path: DevicePath
    /// Bytes handed to the loader.
    public let optionalData: [UInt8]

    /// An active entry. The label is cut to `labelLimit` characters, none of them a control character.
    public init(label: String, path: DevicePath) {
        attributes = Self.active
        let scalars = label.unicodeScalars.lazy.filter { $0.properties.generalCategory != .control }
            .map { $0.value <= 0xFFFF ? $0 : "?" }
        self.label = String(String.UnicodeScalarView(scalars.prefix(Self.labelLimit)))
        self.path = path
        optionalData = []
    }

    /// The variable's bytes.
    public var encoded: [UInt8] {
        let list = path.encoded
        var writer = ByteWriter()
        writer.littleEndian(attributes)
        writer.littleEndian(UInt16(clamping: list.count))
        writer.append(FirmwareText.encode(label))
        writer.append(list)
        writer.append(optionalData)
        return writer.bytes
    }

    /// Reads a variable's bytes; of several device paths only the first counts.
    ///
    /// - Throws: when they are shorter than they promise.
    public init(parsing bytes: ArraySlice<UInt8>) throws(ByteReadError) {
        var reader = ByteReader(bytes)
        attributes = try reader.littleEndian()
        let listLength = Int(try reader.littleEndian(UInt16.self))
        label = try FirmwareText.decode(&reader)
        path = try DevicePath(parsing: try reader.read(listLength))
        optionalData = Array(reader.readRest())
    }
}

/// The number of a boot entry, in the order of `BootOrder` and in the name of its variable.
public struct BootNumber: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// From 0 to 65535.
    public let value: UInt16

    /// A number.
    public init(_ value: UInt16) {
        self.value = value
    }

    /// The number of a variable such as `Boot002A`; `nil` for any other name, `BootOrder` among them.
    public init?(variable name: some StringProtocol) {
        let digits = name.dropFirst(4)
        guard name.hasPrefix("Boot"), digits.utf8.count == 4, digits.allSatisfy(\.isHexDigit),
            let value = UInt16(digits, radix: 16)
        else { return nil }
        self.value = value
    }

    /// The variable's name: `Boot` and four hexadecimal digits in upper case (UEFI specification 3.1.1).
    public var description: String {
        let digits = String(value, radix: 16, uppercase: true)
        return "Boot" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
    }

    /// By value.
    public static func < (left: BootNumber, right: BootNumber) -> Bool { left.value < right.value }

    /// The numbers in a `BootOrder` or `BootNext`; half a number at the end is dropped.
    public static func list(parsing bytes: ArraySlice<UInt8>) -> [BootNumber] {
        var reader = ByteReader(bytes)
        var numbers: [BootNumber] = []
        while let value = try? reader.littleEndian(UInt16.self) { numbers.append(BootNumber(value)) }
        return numbers
    }

    /// The bytes of a `BootOrder` or `BootNext`.
    public static func encode(_ numbers: [BootNumber]) -> [UInt8] {
        var writer = ByteWriter()
        for number in numbers { writer.littleEndian(number.value) }
        return writer.bytes
    }
}
