/// Which partition of the image is the root of the installed system.
public enum RootSelector: Hashable, Sendable, CustomStringConvertible {
    /// By the architecture's type GUID.
    case automatic
    /// By this type GUID, lower case with hyphens.
    case type(String)
    /// By the partition's name.
    case partitionLabel(String)
    /// By the file system's label.
    case label(String)
    /// By the file system's UUID, as given.
    case uuid(String)
    /// By the partition's number, from 1.
    case number(Int)
    /// A logical volume of LVM.
    case logicalVolume(group: String, volume: String)

    static let forms = "auto, type:GUID, partlabel:NAME, label:NAME, uuid:UUID, number:N or lv:VG/LV"

    /// Reads one of the documented forms.
    public init?(_ text: String) {
        if text.lowercased() == "auto" {
            self = .automatic
            return
        }
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let value = String(text[text.index(after: colon)...])
        guard !value.isEmpty else { return nil }
        switch text[..<colon].lowercased() {
        case "type":
            guard let guid = canonicalUUID(value) else { return nil }
            self = .type(guid)
        case "partlabel": self = .partitionLabel(value)
        case "label": self = .label(value)
        case "uuid":
            // File systems differ: 1234-ABCD of FAT is a UUID, too.
            guard value.utf8.allSatisfy({ isHexDigit($0) || $0 == UInt8(ascii: "-") }) else { return nil }
            self = .uuid(value)
        case "number":
            guard let number = wholeNumber(value, in: 1...4096) else { return nil }
            self = .number(number)
        case "lv":
            let parts = value.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2, let group = parts.first, let volume = parts.last, !group.isEmpty, !volume.isEmpty
            else { return nil }
            self = .logicalVolume(group: String(group), volume: String(volume))
        default: return nil
        }
    }

    /// The documented form.
    public var description: String {
        switch self {
        case .automatic: "auto"
        case .type(let guid): "type:\(guid)"
        case .partitionLabel(let name): "partlabel:\(name)"
        case .label(let name): "label:\(name)"
        case .uuid(let uuid): "uuid:\(uuid)"
        case .number(let number): "number:\(number)"
        case .logicalVolume(let group, let volume): "lv:\(group)/\(volume)"
        }
    }
}
