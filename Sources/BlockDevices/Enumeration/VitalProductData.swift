import ByteCoding

/// What SCSI vital product data pages say of a disk: sysfs `device/vpd_pg80` and `vpd_pg83` (SPC-5 7.7.18, 7.7.6), and of
/// an ATA disk `vpd_pg89` (SAT-4 12.4.2).
struct VitalProductData: Equatable {
    /// Serial number of page 0x80, or of an ATA disk's designator in page 0x83; empty when there is none.
    var serial = ""
    /// Names of the logical unit with their prefixes, the longest-lived kind (NAA, EUI, then T10) first.
    var names: [String] = []
    /// The whole model of an ATA disk behind a SCSI translation.
    var ataModel = ""

    /// Reads what the pages hold; a page that is short or malformed gives what precedes the fault.
    init(page80: [UInt8], page83: [UInt8], page89: [UInt8] = []) {
        readNames(page80: page80, page83: page83)
        // Before the identify data: reserved, the translator's names, the device's signature, the command that gave it.
        guard let body = Self.body(of: page89, page: 0x89), let ata = ATAIdentity(body.dropFirst(56)) else { return }
        ataModel = ata.model
        if serial.isEmpty { serial = ata.serial }
        if !ata.worldwideName.isEmpty, !names.contains(ata.worldwideName) { names.append(ata.worldwideName) }
    }

    private mutating func readNames(page80: [UInt8], page83: [UInt8]) {
        if let body = Self.body(of: page80, page: 0x80) { serial = Self.text(body) }
        var naa: [String] = []
        var eui: [String] = []
        var t10: [String] = []
        guard var reader = Self.body(of: page83, page: 0x83).map({ ByteReader($0) }) else { return }
        while let designator = try? Designator(from: &reader) {
            // Association 0 is the logical unit; the others name the port or the target device.
            guard designator.association == 0 else { continue }
            switch designator.kind {
            case 1:
                t10.append("t10." + Self.text(designator.bytes))
                readATADesignator(designator.bytes)
            case 2: eui.append("eui." + Self.hex(designator.bytes))
            case 3: naa.append("naa." + Self.hex(designator.bytes))
            case 8:
                let name = Self.text(designator.bytes)
                if name.lowercased().hasPrefix("naa.") { naa.append(name.lowercased()) }
                if name.lowercased().hasPrefix("eui.") { eui.append(name.lowercased()) }
            default: break
            }
        }
        names = naa + eui + t10
    }

    /// T10 designator of an ATA disk: `ATA     `, 40 characters of model, 20 of serial (SAT-4 10.3.4.2.3).
    private mutating func readATADesignator(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count >= 68, Self.text(bytes.prefix(8)) == "ATA" else { return }
        ataModel = Self.text(bytes.dropFirst(8).prefix(40))
        if serial.isEmpty { serial = Self.text(bytes.dropFirst(48).prefix(20)) }
    }

    /// A page without its header, which is the peripheral, the page code and a length of two bytes.
    private static func body(of page: [UInt8], page code: UInt8) -> ArraySlice<UInt8>? {
        var reader = ByteReader(page)
        guard let header = try? reader.read(2), header.last == code,
            let length = try? reader.bigEndian(UInt16.self)
        else { return nil }
        return try? reader.read(min(Int(length), reader.remaining))
    }

    /// Printable ASCII with runs of blanks made one, as the kernel's `wwid` has it.
    static func text(_ bytes: ArraySlice<UInt8>) -> String {
        var text: [UInt8] = []
        var isBlank = false
        for byte in bytes {
            guard (0x21...0x7e).contains(byte) else {
                isBlank = true
                continue
            }
            if isBlank, !text.isEmpty { text.append(UInt8(ascii: " ")) }
            isBlank = false
            text.append(byte)
        }
        return String(decoding: text, as: UTF8.self)
    }

    static func hex(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xf)]] }, as: UTF8.self)
    }
}

/// One designation descriptor of VPD page 0x83.
private struct Designator {
    let association: UInt8
    let kind: UInt8
    let bytes: ArraySlice<UInt8>

    init(from reader: inout ByteReader) throws(ByteReadError) {
        // Protocol and code set, kind of name, reserved, length.
        let header = try reader.read(4)
        let flags = header[header.startIndex + 1]
        association = flags >> 4 & 3
        kind = flags & 0xf
        bytes = try reader.read(Int(header[header.startIndex + 3]))
    }
}
