import Crypto

/// Proves that a server which names no version of its image sends the same bytes again: a digest over those that were
/// read, and one over their repetition.
struct PrefixCheck {
    private var first = SHA256()
    private var again = SHA256()

    /// Takes bytes that are read for the first time.
    mutating func read(_ bytes: UnsafeRawBufferPointer) {
        first.update(bufferPointer: bytes)
    }

    /// The server begins anew.
    mutating func beginAgain() {
        again = SHA256()
    }

    /// Takes bytes that were read before.
    mutating func readAgain(_ bytes: UnsafeRawBufferPointer) {
        again.update(bufferPointer: bytes)
    }

    /// Whether all that was read came again.
    var holds: Bool { first.finalize() == again.finalize() }
}
