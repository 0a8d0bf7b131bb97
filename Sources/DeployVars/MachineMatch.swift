import NetworkTypes

/// Which machine these vars are for. Nothing given: any.
public struct MachineMatch: Equatable, Sendable {
    /// The DMI product UUID, lower case with hyphens.
    public var uuid: String?
    /// The DMI product serial number.
    public var serial: String?
    /// The MAC address of one of the machine's NICs.
    public var mac: MACAddress?

    /// Any machine.
    public init() {}

    init(_ reader: inout VarsReader) {
        uuid = reader.value(.machineUUID, allowed: "it must be a UUID such as 4c4c4544-0042-3510-8052-b4c04f4d3132") {
            canonicalUUID($0)
        }
        serial = reader.text(.machineSerial)
        mac = reader.value(.machineMAC, allowed: "it must be a MAC address such as 52:54:00:12:34:56") {
            MACAddress($0)
        }
    }

    /// Compares with what the machine says of itself; everything given must hold. Case and outer blanks do not count.
    ///
    /// - Parameters:
    ///   - uuid: DMI product UUID, when the firmware gives one.
    ///   - serial: DMI product serial number, when the firmware gives one.
    ///   - macs: permanent addresses of all NICs.
    /// - Throws: `WrongMachine`, naming everything that differs.
    public func check(uuid actualUUID: String?, serial actualSerial: String?, macs: [MACAddress]) throws(WrongMachine) {
        var differences: [String] = []
        if let uuid, trimmed(actualUUID) != uuid {
            differences.append("MACHINE_UUID is \(uuid) but the machine's is \(trimmed(actualUUID) ?? "unknown")")
        }
        if let serial, trimmed(actualSerial) != trimmed(serial) {
            differences.append("MACHINE_SERIAL is \(serial) but the machine's is \(actualSerial ?? "unknown")")
        }
        if let mac, !macs.contains(mac) {
            let all =
                macs.isEmpty ? "it has no NIC" : "its NICs have \(macs.map(\.description).joined(separator: ", "))"
            differences.append("MACHINE_MAC is \(mac) but \(all)")
        }
        guard differences.isEmpty else { throw WrongMachine(differences: differences) }
    }

    private func trimmed(_ text: String?) -> String? {
        guard let text else { return nil }
        let words = text.lowercased().split(whereSeparator: \.isWhitespace)
        return words.isEmpty ? nil : words.joined(separator: " ")
    }
}
