/// What gpgv(1) says on its status descriptor (GnuPG's doc/DETAILS).
public struct GPGVStatus: Equatable, Sendable {
    /// Fingerprints of the keys, or of their primary keys, whose signature is good, has not run out, and was not made by a
    /// key that has, or was revoked.
    public private(set) var signers: [String] = []
    /// Why there is none, or why another signature must make one doubt.
    public private(set) var reason: String?
    /// A signature that is wrong makes all of them so: the data, or the signature file, was changed.
    private var isBad = false

    /// Whether there is a good signature and no bad one. One by a key that is not in the keyring does no harm: a vendor may
    /// sign with an old and a new key.
    public var isGood: Bool { !signers.isEmpty && !isBad }

    /// Reads all lines.
    public init(_ text: String) {
        var isGoodSignature = false
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(separator: " ")
            guard words.count > 1, words[0] == "[GNUPG:]" else { continue }
            let key = words.count > 2 ? words[2] : ""
            switch words[1] {
            case "NEWSIG": isGoodSignature = false
            case "GOODSIG": isGoodSignature = true
            case "VALIDSIG":
                if isGoodSignature { signers.append(String(words.count > 11 ? words[11] : key)) }
                isGoodSignature = false
            case "BADSIG":
                isBad = true
                reason = "the data is not what key \(key) has signed"
            case "EXPSIG": note("the signature of key \(key) has run out")
            case "EXPKEYSIG": note("key \(key) has run out")
            case "REVKEYSIG": note("key \(key) is revoked")
            case "NO_PUBKEY": note("it is by key \(key), which is not in the key file")
            case "NODATA": note("it is no OpenPGP signature")
            case "ERRSIG": note("the signature of key \(key) cannot be checked; is the clock right?")
            default: break
            }
        }
    }

    private mutating func note(_ text: String) {
        // ERRSIG comes before NO_PUBKEY, which says more.
        if !isBad { reason = text }
    }
}
