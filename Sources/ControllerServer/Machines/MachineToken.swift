import Crypto
import Diagnostics
import FoundationEssentials
import ProvisioningAPI

/// A bearer token as the controller keeps it: only its digest, so that the data directory holds nothing one could use.
struct TokenDigest: Codable, Hashable, Sendable {
    /// SHA-256 in hexadecimal.
    private let sha256: String

    init(_ token: Secret<String>) {
        sha256 = SHA256.hash(data: Data(token.revealed.utf8)).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    /// Whether a token has this digest; takes the same time wherever the two differ.
    func matches(_ token: Secret<String>) -> Bool {
        let other = TokenDigest(token)
        let difference = zip(sha256.utf8, other.sha256.utf8).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
        return difference == 0 && sha256.utf8.count == other.sha256.utf8.count
    }
}

/// A token that went out with one boot's overlay.
struct BootToken: Codable, Hashable, Sendable {
    let digest: TokenDigest
    let issued: Timestamp
    /// When the machine reported success; from then on it orders nothing any more.
    var spent: Timestamp?
}

/// What a call with a token is for.
enum TokenUse: Sendable {
    /// To be told what to do: init, commands, vars.
    case order
    /// To tell what was done: all other endpoints.
    case report
}

enum MachineToken {
    /// A new token: 256 bits from the system's generator, in the alphabet of URLs.
    static func generate() -> Secret<String> {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        var token = ""
        for _ in 0..<43 {
            token.append(alphabet[Int(generator.next(upperBound: UInt(alphabet.count)))])
        }
        return Secret(token)
    }

    /// How long after its success a run may still drain its log, repeat a call, or report that the handover failed.
    static let afterlife: Double = 120
}
