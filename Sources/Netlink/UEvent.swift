/// One message of the kernel about a device: `KOBJECT_UEVENT` (the kernel's lib/kobject_uevent.c).
public struct UEvent: Equatable, Sendable {
    /// What happened: `add`, `remove`, `change`, `bind`, `unbind`, `move`, `online` or `offline`.
    public let action: String
    /// The device's path below `/sys`, with a leading slash.
    public let devicePath: String
    /// All its variables, `ACTION`, `DEVPATH` and `SEQNUM` among them.
    public let variables: [String: String]

    /// The subsystem: `pci`, `net`, `block`, …
    public var subsystem: String? { variables["SUBSYSTEM"] }
    /// What drivers are looked up by, for a device that needs one.
    public var modalias: String? { variables["MODALIAS"] }
    /// The kernel's running number of the message.
    public var sequenceNumber: UInt64? { variables["SEQNUM"].flatMap { UInt64($0) } }

    /// Reads a datagram: `ACTION@DEVPATH`, then `KEY=value` texts, each ended by a NUL. `nil` when it is not of that form.
    public init?(parsing datagram: ArraySlice<UInt8>) {
        var parts = datagram.split(separator: 0, omittingEmptySubsequences: true)[...]
        guard let title = parts.popFirst(), let at = title.firstIndex(of: UInt8(ascii: "@")) else { return nil }
        action = String(decoding: title[..<at], as: UTF8.self)
        devicePath = String(decoding: title[title.index(after: at)...], as: UTF8.self)
        guard !action.isEmpty, devicePath.hasPrefix("/") else { return nil }
        var variables: [String: String] = [:]
        for part in parts {
            guard let equals = part.firstIndex(of: UInt8(ascii: "=")), equals > part.startIndex else { continue }
            let key = String(decoding: part[..<equals], as: UTF8.self)
            variables[key] = String(decoding: part[part.index(after: equals)...], as: UTF8.self)
        }
        self.variables = variables
    }
}
