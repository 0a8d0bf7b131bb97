import ByteCoding

/// A module file whose `.modinfo` section cannot be read.
public enum ModuleInformationError: Error, Equatable, CustomStringConvertible {
    /// Not an ELF file of 64 bits and little-endian order, or one without the section.
    case noInformation
    /// The file ends before what its headers promise.
    case truncated(ByteReadError)

    /// One sentence without a final full stop.
    public var description: String {
        switch self {
        case .noInformation: "not an uncompressed 64-bit kernel module"
        case .truncated(let error): "the module file is cut short: \(error)"
        }
    }
}
