/// Replaces known secrets in text on its way to a console, a log, an event or an error.
public struct SecretScrubber: Sendable, Equatable {
    private let secrets: [String]

    /// A scrubber for these secrets. Strings shorter than four characters are left out: they would mask ordinary text.
    public init(_ secrets: some Sequence<String>) {
        // The longest first, so that a secret that contains another leaves no rest of itself behind.
        self.secrets = Set(secrets.filter { $0.utf8.count >= 4 }).sorted { ($0.utf8.count, $0) > ($1.utf8.count, $1) }
    }

    /// The text with every known secret replaced by the mask.
    public func scrub(_ text: String) -> String {
        secrets.reduce(text) { $0.replacing($1, with: secretMask) }
    }

    /// A scrubber that knows more secrets as well.
    public func adding(_ more: some Sequence<String>) -> SecretScrubber {
        SecretScrubber(secrets + more)
    }

    /// A scrubber that knows the other's secrets as well.
    public func adding(_ other: SecretScrubber) -> SecretScrubber {
        adding(other.secrets)
    }
}
