/// What a server wants to know before it answers (RFC 9110 11.6.1, RFC 6750 3).
struct AuthenticationChallenge: Equatable, Sendable {
    /// The scheme in lower case, such as `bearer`.
    let scheme: String
    /// The parameters, their names in lower case.
    private(set) var parameters: [String: String] = [:]

    /// The challenges in the values of `WWW-Authenticate` fields; what cannot be read ends a value's list.
    static func list(_ values: [String]) -> [AuthenticationChallenge] {
        values.flatMap { value in
            var text = Substring(value)
            var challenges: [AuthenticationChallenge] = []
            while let word = nextWord(&text) {
                if text.first == "=", let last = challenges.indices.last {
                    text.removeFirst()
                    guard let parameter = nextValue(&text) else { break }
                    challenges[last].parameters[word.lowercased()] = parameter
                } else {
                    challenges.append(AuthenticationChallenge(scheme: word.lowercased()))
                }
            }
            return challenges
        }
    }

    private static func nextWord(_ text: inout Substring) -> Substring? {
        text = text.drop { " \t,".contains($0) }
        let word = text.prefix { !" \t,=\"".contains($0) }
        guard !word.isEmpty else { return nil }
        text = text[word.endIndex...].drop { " \t".contains($0) }
        return word
    }

    private static func nextValue(_ text: inout Substring) -> String? {
        text = text.drop { " \t".contains($0) }
        guard text.first == "\"" else {
            let word = text.prefix { !" \t,".contains($0) }
            text = text[word.endIndex...]
            return String(word)
        }
        text.removeFirst()
        var value = ""
        while let character = text.popFirst() {
            if character == "\"" { return value }
            guard character == "\\" else {
                value.append(character)
                continue
            }
            guard let escaped = text.popFirst() else { return nil }
            value.append(escaped)
        }
        return nil
    }
}
