/// A value in LVM's text metadata (lvm2 `libdm/libdm-config.c`; the grammar is that of lvm.conf(5)).
enum MetadataNode: Equatable, Sendable {
    case number(Int)
    case text(String)
    case list([MetadataNode])
    case section([MetadataField])

    /// The fields of a section in their order; empty for anything else.
    var fields: [MetadataField] {
        if case .section(let fields) = self { fields } else { [] }
    }

    /// The first field of this name.
    subscript(name: String) -> MetadataNode? { fields.first { $0.name == name }?.value }

    /// The field of this name, if there is exactly one: only such a field can be changed.
    func only(_ name: String) -> MetadataField? {
        let found = fields.filter { $0.name == name }
        return found.count == 1 ? found.first : nil
    }

    /// The number in a field.
    func number(_ name: String) -> Int? {
        if case .number(let value)? = self[name] { value } else { nil }
    }

    /// The text in a field.
    func text(_ name: String) -> String? {
        if case .text(let value)? = self[name] { value } else { nil }
    }

    /// The elements of a field's list; empty when it has none.
    func list(_ name: String) -> [MetadataNode] {
        if case .list(let elements)? = self[name] { elements } else { [] }
    }
}

/// A named value of a section.
struct MetadataField: Equatable, Sendable {
    let name: String
    let value: MetadataNode
    /// Where the value is in the text, in bytes; that of a section includes its braces.
    let range: Range<Int>
}
