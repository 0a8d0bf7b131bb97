/// Where a captured disk goes.
public struct CaptureVars: Equatable, Sendable {
    /// How it is compressed.
    public enum Format: String, CaseIterable, Sendable {
        /// Zstandard (RFC 8878).
        case zstd
    }

    /// Where to.
    public var url: HTTPURL?
    /// How it is compressed.
    public var format = Format.zstd

    /// Nowhere.
    public init() {}

    init(_ reader: inout VarsReader) {
        url = reader.url(.captureURL)
        format = reader.choice(.captureFormat, default: .zstd)
    }
}
