import DeployVars
import Diagnostics

/// The vars as an operator may see them on a screen that others see, too.
enum MaskedVars {
    /// The text with every secret that the vars hold masked. Vars that cannot be read lose all their values.
    static func text(_ text: String) -> String {
        if let vars = try? DeployVars.parse(text).vars { return vars.scrubber.scrub(text) }
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            guard let equals = line.firstIndex(of: "=") else { return String(line) }
            return line[...equals] + secretMask
        }.joined(separator: "\n")
    }
}
