import ByteCoding

/// OpenPGP data as text (RFC 9580 6.2): between two dashed lines header fields, an empty line, base64, and a check sum that
/// may be missing.
public enum OpenPGPArmor {
    /// What the first line of a block begins with.
    public static let mark = "-----BEGIN PGP"

    /// The bytes in all blocks of one kind, one after the other; what lies around the blocks is passed over.
    ///
    /// - Parameter kind: such as `PUBLIC KEY BLOCK`.
    /// - Returns: `nil` when there is no block of this kind, or one is damaged.
    public static func decoded(_ file: [UInt8], kind: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var block: [Substring]?
        let text = String(decoding: file, as: UTF8.self)
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(trimmed) {
            switch line {
            case "-----BEGIN PGP \(kind)-----": block = []
            case "-----END PGP \(kind)-----":
                guard let lines = block, let more = decoded(lines) else { return nil }
                bytes += more
                block = nil
            default: block?.append(line)
            }
        }
        return block == nil && !bytes.isEmpty ? bytes : nil
    }

    private static func decoded(_ lines: [Substring]) -> [UInt8]? {
        // The header ends with an empty line; without header fields some programs leave that out.
        let start = lines.firstIndex { $0.isEmpty }.map { $0 + 1 } ?? 0
        var body = lines[start...].filter { !$0.isEmpty }
        var expected: [UInt8]?
        if let last = body.last, last.utf8.count == 5, last.hasPrefix("=") {
            body.removeLast()
            guard let sum = base64Decoded(last.dropFirst()) else { return nil }
            expected = sum
        }
        guard let bytes = base64Decoded(body.joined()) else { return nil }
        return expected == nil || expected == checksum(bytes) ? bytes : nil
    }

    /// CRC-24 (6.1.1), highest byte first.
    private static func checksum(_ bytes: [UInt8]) -> [UInt8] {
        let sum = bytes.reduce(UInt32(0xb7_04ce)) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte) << 16) { sum, _ in
                sum & 0x80_0000 == 0 ? sum << 1 : (sum << 1 ^ 0x186_4cfb) & 0xff_ffff
            } & 0xff_ffff
        }
        return [16, 8, 0].map { UInt8(truncatingIfNeeded: sum >> UInt32($0)) }
    }

    private static func trimmed(_ line: Substring) -> Substring {
        var line = line
        while let last = line.last, last == " " || last == "\t" { line.removeLast() }
        return line
    }
}
