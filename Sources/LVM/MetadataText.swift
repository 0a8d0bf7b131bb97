/// A volume group's metadata as it lies on the disk, with changes to single values.
///
/// What is not changed keeps every byte: fields that only a newer lvm2 knows, comments, blanks, and what follows the text's
/// end.
struct MetadataText {
    /// As it was read.
    let bytes: [UInt8]
    /// Its fields, whose ranges count from the start of `bytes`.
    let root: MetadataNode
    private var edits: [(range: Range<Int>, text: String)] = []

    /// Reads a text.
    ///
    /// - Throws: `LVMError.damagedText`, with the line.
    init(_ bytes: [UInt8]) throws(LVMError) {
        self.bytes = bytes
        root = try MetadataParser.parse(bytes)
    }

    /// Puts a number in the place of a field's value. No two changes may overlap.
    mutating func replace(_ field: MetadataField, with number: Int) {
        edits.append((field.range, String(number)))
    }

    /// Adds text behind a field's value.
    mutating func insert(_ text: String, after field: MetadataField) {
        edits.append((field.range.upperBound..<field.range.upperBound, text))
    }

    /// The text with all changes.
    var changed: [UInt8] {
        var changed = bytes
        // From the back, so that the ranges of those before stay true.
        for edit in edits.sorted(by: { $0.range.lowerBound > $1.range.lowerBound }) {
            changed.replaceSubrange(edit.range, with: edit.text.utf8)
        }
        return changed
    }
}
