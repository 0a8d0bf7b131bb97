/// The arguments of the kernel that the machine is handed over to.
public enum KernelCommandLine {
    /// Puts a command line together: the entry's arguments, the operator's, and the agent's consoles when neither names
    /// one, so that a machine that was watched on a serial line can still be watched there. What the entry has after
    /// `--` belongs to its init and stays last. An argument that the entry has already is not given twice.
    ///
    /// - Parameters:
    ///   - entry: the arguments of the boot entry.
    ///   - extra: `MACHINE_EXTRA_KERNEL_PARAMS`; empty for none.
    ///   - consoles: the `console=` arguments of the running kernel, whole: `console=ttyS0,115200`.
    public static func compose(entry: String, extra: String = "", consoles: [String] = []) -> String {
        let entryWords = words(of: entry)
        let forKernel = entryWords.prefix { $0 != "--" }
        let given = forKernel + words(of: extra).filter { !forKernel.contains($0) }
        let added = given.contains { $0.hasPrefix("console=") } ? [] : consoles
        return (given + added + entryWords.dropFirst(forKernel.count)).joined(separator: " ")
    }

    /// The `console=` arguments of a command line, such as that of `/proc/cmdline`, in their order.
    public static func consoles(of commandLine: String) -> [String] {
        words(of: commandLine).filter { $0.hasPrefix("console=") }
    }

    /// Splits as the kernel does (`lib/cmdline.c`, `next_arg`): at white space outside double quotes, which are kept.
    static func words(of commandLine: String) -> [String] {
        var words: [String] = []
        var word = ""
        var isQuoted = false
        for character in commandLine {
            if character == "\"" { isQuoted.toggle() }
            if character.isWhitespace, !isQuoted {
                if !word.isEmpty { words.append(word) }
                word = ""
            } else {
                word.append(character)
            }
        }
        return word.isEmpty ? words : words + [word]
    }
}
