import Crypto
import ImageTrust

/// A check sum over bytes that come piece by piece.
enum RunningChecksum {
    case sha256(SHA256)
    case sha512(SHA512)

    init(_ algorithm: ImageChecksum.Algorithm) {
        self = algorithm == .sha256 ? .sha256(SHA256()) : .sha512(SHA512())
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        switch self {
        case .sha256(var hash):
            hash.update(bufferPointer: bytes)
            self = .sha256(hash)
        case .sha512(var hash):
            hash.update(bufferPointer: bytes)
            self = .sha512(hash)
        }
    }

    /// Lower-case hexadecimal digits of the digest.
    var hex: String {
        switch self {
        case .sha256(let hash): Self.hex(hash.finalize())
        case .sha512(let hash): Self.hex(hash.finalize())
        }
    }

    private static func hex(_ digest: some Sequence<UInt8>) -> String {
        digest.reduce(into: "") { $0 += ($1 < 16 ? "0" : "") + String($1, radix: 16) }
    }
}
