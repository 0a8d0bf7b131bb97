/// What one call did.
struct MemberProgress {
    /// Bytes of input used up.
    var consumed = 0
    /// Bytes of output written.
    var produced = 0
    /// Whether the member, stream or frame is complete: nothing is left to be written.
    var ended = false
}

/// What is wrong with a member. `Decompressor` adds format and offset.
enum MemberFault: Error {
    case corrupt(String)
    case windowTooLarge(needed: UInt64)
    case outOfMemory
}

/// A decoder of one gzip member, xz stream or zstd frame at a time.
protocol MemberDecoder: AnyObject {
    /// Prepares for the first byte of a member.
    func begin() throws(MemberFault)

    /// Decodes until the input is used up, the output is full or the member ends.
    ///
    /// - Parameter isLast: no input follows; with none left, returns what is still to come.
    func decode(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool
    ) throws(MemberFault) -> MemberProgress

    /// Memory that the data itself asks for, in bytes, as far as known yet.
    var declaredMemory: UInt64 { get }
}
