import Diagnostics
import ProvisioningAPI

/// The text of a `/deploy/vars` file.
struct VarsDocument {
    private let values: [String: String]

    /// The keys and values of a machine, with the controller's endpoints where it names none of its own.
    ///
    /// - Parameters:
    ///   - base: the controller's URL, without a slash at its end.
    ///   - token: `nil` leaves it out.
    init(machine: StoredMachine, base: String, token: Secret<String>?) {
        var values = machine.definition.vars
        let given = Set(values.keys.map { $0.uppercased() })
        func add(_ key: String, _ value: String) {
            if !given.contains(key) { values[key] = value }
        }
        for path in ControllerPath.allCases {
            add(path.varsKey, "\(base)/api/v1/machines/\(machine.id)/\(path.rawValue)")
        }
        add("CHECKIN_URL", "\(base)/api/v1/checkins/\(machine.id)")
        if let token { add("TOKEN", token.revealed) }
        self.values = values
    }

    /// One `KEY=value` line for each, ordered by key, each value quoted so that it reads back as it is.
    var text: String {
        values.sorted { $0.key < $1.key }.map { "\($0.key)=\(Self.quoted($0.value))\n" }.joined()
    }

    /// What is wrong with keys and values that a client sent, if anything.
    static func problem(in vars: [String: String]) -> String? {
        var seen: Set<String> = []
        for (key, value) in vars.sorted(by: { $0.key < $1.key }) {
            guard let first = key.utf8.first, isNameByte(first), !isDigit(first), key.utf8.allSatisfy(isNameByte) else {
                return "the key \(key.prefix(40)) is not made of letters, digits and underscores"
            }
            guard seen.insert(key.uppercased()).inserted else { return "the key \(key.uppercased()) is there twice" }
            if key.uppercased() == "TOKEN" { return "TOKEN is made by the controller, for each machine" }
            if value.utf8.contains(where: { $0 == 0 || $0 == 10 || $0 == 13 }) {
                return "the value of \(key) holds a line end or NUL"
            }
        }
        return nil
    }

    private static func quoted(_ value: String) -> String {
        guard value.contains("'") else { return "'\(value)'" }
        var text = ""
        for character in value.unicodeScalars {
            if "\"\\$`".unicodeScalars.contains(character) { text += "\\" }
            text.unicodeScalars.append(character)
        }
        return "\"\(text)\""
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte == UInt8(ascii: "_") || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
    }
}
