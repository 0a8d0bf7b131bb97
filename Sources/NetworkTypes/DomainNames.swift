/// Domain names as they stand one after another in messages, without compression (RFC 1035 3.1; RFC 8106 5.2,
/// RFC 8415 10).
public enum DomainNames {
    /// The names in text form without the final dot. Zeros behind them are padding. The first name that is not whole
    /// ends the list; one with other octets than letters, digits, hyphen and underscore is passed over: names go into
    /// files and onto consoles.
    public static func parse(_ bytes: some Sequence<UInt8>) -> [String] {
        var names: [String] = []
        var labels: [String] = []
        var label: [UInt8] = []
        var missing = 0
        var nameLength = 0
        var isPlain = true
        for byte in bytes {
            nameLength += 1
            if missing > 0 {
                label.append(byte)
                missing -= 1
                guard missing == 0 else { continue }
                isPlain = isPlain && label.allSatisfy(isLabelOctet)
                labels.append(String(decoding: label, as: UTF8.self))
                label = []
            } else if byte == 0 {
                // At most 255 octets, lengths included (RFC 1035 2.3.4).
                if !labels.isEmpty, isPlain, nameLength <= 255 { names.append(labels.joined(separator: ".")) }
                (labels, nameLength, isPlain) = ([], 0, true)
            } else {
                // The two highest bits would be a pointer to a name elsewhere.
                guard byte <= 63 else { return names }
                missing = Int(byte)
            }
        }
        return names
    }

    private static func isLabelOctet(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
