/// What a command of the operator is called in messages: its first word, since all others may be secrets.
public enum HookName {
    /// The first word that is no assignment of a variable.
    public static func of(_ command: String) -> String {
        let words = command.split(whereSeparator: \.isWhitespace).map(String.init)
        return words.first { !$0.contains("=") } ?? "a command"
    }
}
