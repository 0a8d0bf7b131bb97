/// One input of libFuzzer, read from its front. Where it ends, zeros follow.
public struct FuzzInput {
    private var bytes: ArraySlice<UInt8>

    /// The input as `LLVMFuzzerTestOneInput` gets it.
    public init(_ start: UnsafePointer<UInt8>?, _ count: Int) {
        bytes = Array(UnsafeBufferPointer(start: start, count: count))[...]
    }

    /// Whether every byte was read.
    public var isAtEnd: Bool { bytes.isEmpty }

    /// The next byte.
    public mutating func byte() -> UInt8 {
        bytes.popFirst() ?? 0
    }

    /// The next integer, highest byte first.
    public mutating func integer<Value: FixedWidthInteger>(_: Value.Type = Value.self) -> Value {
        (0..<MemoryLayout<Value>.size).reduce(0) { value, _ in value << 8 | Value(truncatingIfNeeded: byte()) }
    }

    /// The next bytes, as many as there are.
    public mutating func next(_ count: Int) -> [UInt8] {
        defer { bytes = bytes.dropFirst(count) }
        return Array(bytes.prefix(count))
    }

    /// All bytes not yet read.
    public mutating func rest() -> [UInt8] {
        next(bytes.count)
    }

    /// All bytes not yet read, in parts with a zero between them.
    public mutating func parts() -> [[UInt8]] {
        rest().split(separator: 0, omittingEmptySubsequences: false).map(Array.init)
    }
}

/// Makes a value's text, as messages to people do.
public func show(_ value: (some CustomStringConvertible)?) {
    _ = value?.description.utf8.count
}

/// Ends the process, which libFuzzer takes for a finding, when a promise is broken that holds for all bytes.
public func promise(_ holds: Bool, _ what: @autoclosure () -> String) {
    precondition(holds, what())
}
