import Diagnostics

/// A layer whose archive holds something other than one disk image.
enum LayerRefusal: ExplainedError, Equatable {
    /// What comes first is no disk image.
    case fileSystem(String, first: String)
    /// There are two files.
    case several(String, String, String)
    /// There is no file.
    case empty(String)

    /// One sentence without a final full stop.
    var description: String {
        switch self {
        case .fileSystem(let name, let first):
            "\(name) holds the root file system of a container, not a disk image: its archive begins with \(quotedText(first))"
        case .several(let name, let first, let second):
            "the archive in \(name) holds more than one disk image: after \(quotedText(first)) comes \(quotedText(second))"
        case .empty(let name): "the archive in \(name) holds no file"
        }
    }

    /// What to try.
    var advice: String { "push a layer that is the disk image, or an archive with the disk image alone" }
}
