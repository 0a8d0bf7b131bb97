/// What one call did.
struct MemberProgress {
    /// Bytes of input used up.
    var consumed = 0
    /// Bytes of output written.
    var produced = 0
    /// Whether the member, stream or frame is complete. What is left to be written of it comes from `drain`, or with the
    /// next one.
    var ended = false
}

/// What is wrong with a member. `Decompressor` adds format and offset.
enum MemberFault: Error {
    /// `before`: the offset up to which it is looked for, if that is not how far the input was used up.
    case corrupt(String, before: UInt64? = nil)
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

    /// Gives what is still to come of members that have ended.
    ///
    /// - Returns: bytes of output written; 0 when there are no more.
    func drain(into output: UnsafeMutableRawBufferPointer) throws(MemberFault) -> Int

    /// Memory that the data itself asks for, in bytes, as far as known yet.
    var declaredMemory: UInt64 { get }
}

extension MemberDecoder {
    func drain(into output: UnsafeMutableRawBufferPointer) -> Int { 0 }
}
