/// GRUB's environment block, `grubenv`: a file of 1024 bytes with `name=value` lines, filled up with `#`
/// (GRUB manual, "Environment block").
public struct GRUBEnvironmentBlock: Equatable, Sendable {
    /// The variables, such as `saved_entry` and `next_entry`.
    public let variables: [String: String]

    private static let signature = Array("# GRUB Environment Block\n".utf8)

    /// Reads a block. A file without the signature line holds no variables, as in GRUB.
    public init(_ bytes: [UInt8]) {
        let signature = Self.signature
        guard bytes.starts(with: signature) else {
            variables = [:]
            return
        }
        var found: [String: String] = [:]
        var line: [UInt8] = []
        var escaped = false
        for byte in bytes.dropFirst(signature.count) {
            if escaped {
                line.append(byte)
                escaped = false
            } else if byte == UInt8(ascii: "\\") {
                escaped = true
            } else if byte == UInt8(ascii: "\n") {
                Self.add(line, to: &found)
                line = []
            } else {
                line.append(byte)
            }
        }
        variables = found
    }

    /// A block of these variables, in the order of their names.
    ///
    /// - Parameter length: of the whole file; GRUB knows no other than the file's own, because it writes it in place.
    /// - Returns: `nil` when they do not fit.
    static func bytes(of variables: [String: String], length: Int) -> [UInt8]? {
        var bytes = signature
        for (name, value) in variables.sorted(by: { $0.key < $1.key }) {
            bytes += Array("\(name)=".utf8)
            for byte in value.utf8 {
                if byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "\n") { bytes.append(UInt8(ascii: "\\")) }
                bytes.append(byte)
            }
            bytes.append(UInt8(ascii: "\n"))
        }
        guard bytes.count <= length else { return nil }
        return bytes + [UInt8](repeating: UInt8(ascii: "#"), count: length - bytes.count)
    }

    private static func add(_ line: [UInt8], to variables: inout [String: String]) {
        guard line.first != UInt8(ascii: "#"), let equals = line.firstIndex(of: UInt8(ascii: "=")) else { return }
        let name = String(decoding: line[..<equals], as: UTF8.self)
        variables[name] = String(decoding: line[(equals + 1)...], as: UTF8.self)
    }
}
