/// An event of the kernel's device model (Documentation/driver-api, lib/kobject_uevent.c): `ACTION@PATH`, then
/// `KEY=value` fields, each ended by NUL.
public struct Uevent: Equatable, Sendable {
    /// What happened: `add`, `remove`, `change`, `bind`, …
    public let action: String
    /// The device's path below `/sys`.
    public let path: String
    /// The device's properties, such as `SUBSYSTEM`, `DEVNAME`, `MODALIAS`.
    public let properties: [String: String]

    /// Parses one datagram; `nil` for what is not an event of the kernel, as libudev's own format.
    public init?(_ datagram: [UInt8]) {
        let fields = datagram.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        guard let head = fields.first, let at = head.firstIndex(of: "@") else { return nil }
        action = String(head[..<at])
        path = String(head[head.index(after: at)...])
        guard !action.isEmpty, path.hasPrefix("/") else { return nil }
        var properties: [String: String] = [:]
        for field in fields.dropFirst() {
            guard let equals = field.firstIndex(of: "=") else { continue }
            properties[String(field[..<equals])] = String(field[field.index(after: equals)...])
        }
        self.properties = properties
    }
}
