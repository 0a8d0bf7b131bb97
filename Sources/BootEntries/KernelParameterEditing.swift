/// Adds arguments to the kernels of installed boot loader configurations. Pure: text in, text out, and the same text when
/// all arguments are there already.
public struct KernelParameterEditing: Sendable {
    private let words: [String]

    /// Arguments as on a kernel command line, quoted as the kernel reads them: `console=ttyS0 dyndbg="file x +p"`.
    public init(_ arguments: String) {
        words = KernelCommandLine.words(of: arguments)
    }

    /// Whether there is nothing to add.
    public var isEmpty: Bool { words.isEmpty }

    /// A GRUB menu, `grub.cfg`: every `linux`, `linux16` and `linuxefi` line.
    public func menu(_ text: String) -> String {
        let rendered = words.map(Self.grubWord)
        return lines(of: text) { line in
            guard ["linux", "linux16", "linuxefi"].contains(firstWord(of: line)) else { return line }
            return appending(rendered, to: line)
        }
    }

    /// An entry of the Boot Loader Specification: its last `options` line, or a new one. An entry that takes its arguments
    /// from GRUB's `$kernelopts` alone is left alone; see `environment`.
    public func entry(_ text: String) -> String {
        var all = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let options = all.filter { firstWord(of: $0) == "options" }
        if takesEnvironment(text) { return text }
        let given = options.flatMap { KernelCommandLine.words(of: $0) }
        let missing = words.filter { !given.contains($0) }
        guard !missing.isEmpty else { return text }
        if let last = all.lastIndex(where: { firstWord(of: $0) == "options" }) {
            all[last] = appending(missing, to: all[last])
        } else {
            if all.last == "" { all.removeLast() }
            all += ["options \(missing.joined(separator: " "))", ""]
        }
        return all.joined(separator: "\n")
    }

    /// Whether an entry of the Boot Loader Specification takes its arguments from GRUB's environment block.
    public func takesEnvironment(_ text: String) -> Bool {
        text.split(separator: "\n").contains {
            firstWord(of: String($0)) == "options" && $0.split(separator: " ").contains("$kernelopts")
        }
    }

    /// A file of one command line, such as `/etc/kernel/cmdline`.
    public func commandLine(_ text: String) -> String {
        let given = KernelCommandLine.words(of: text)
        let missing = words.filter { !given.contains($0) }
        return missing.isEmpty
            ? text : KernelCommandLine.compose(entry: text, extra: missing.joined(separator: " ")) + "\n"
    }

    /// GRUB's environment block: its `kernelopts`.
    ///
    /// - Returns: the same bytes when there is no such variable, or no room for more.
    public func environment(_ bytes: [UInt8]) -> [UInt8] {
        let block = GRUBEnvironmentBlock(bytes)
        guard let options = block.variables[Self.environmentVariable] else { return bytes }
        var variables = block.variables
        variables[Self.environmentVariable] = KernelCommandLine.compose(
            entry: options, extra: words.joined(separator: " "))
        return GRUBEnvironmentBlock.bytes(of: variables, length: bytes.count) ?? bytes
    }

    /// Whether GRUB's environment block holds all arguments.
    public func isComplete(environment bytes: [UInt8]) -> Bool {
        let given = KernelCommandLine.words(of: GRUBEnvironmentBlock(bytes).variables[Self.environmentVariable] ?? "")
        return words.allSatisfy(given.contains)
    }

    /// A line of shell for `/etc/default/grub` or a file in `/etc/default/grub.d`, which grub-mkconfig sources: the
    /// arguments behind what `GRUB_CMDLINE_LINUX` holds by then.
    public var defaultsLine: String {
        "GRUB_CMDLINE_LINUX=\"${GRUB_CMDLINE_LINUX:-} \(words.map(Self.shellText).joined(separator: " "))\""
    }

    private static let environmentVariable = "kernelopts"

    /// In GRUB's own quoting. The kernel takes quotes around a whole argument as well, and GRUB puts them there.
    private static func grubWord(_ word: String) -> String {
        let plain = word.filter { $0 != "\"" }
        let isPlain = plain.unicodeScalars.allSatisfy {
            $0.properties.isAlphabetic || ("0"..."9").contains($0) || "-_=.,:/@%+".unicodeScalars.contains($0)
        }
        return isPlain ? plain : "'" + plain.replacing("'", with: "'\\''") + "'"
    }

    /// Inside the shell's double quotes, as grub-mkconfig then puts it into the menu.
    private static func shellText(_ word: String) -> String {
        String(word.flatMap { "\\\"$`".contains($0) ? ["\\", $0] : [$0] })
    }

    /// Before `--`, after which arguments are init's.
    private func appending(_ words: [String], to line: String) -> String {
        let given = line.split(whereSeparator: \.isWhitespace).map(String.init)
        // A quoted word may hold blanks.
        let missing = words.filter { !given.contains($0) && !($0.contains(" ") && line.contains($0)) }
        guard !missing.isEmpty else { return line }
        let text = missing.joined(separator: " ")
        if let end = line.firstRange(of: " -- ") {
            return "\(line[..<end.lowerBound]) \(text)\(line[end.lowerBound...])"
        }
        let body = line.lastIndex { !$0.isWhitespace }.map { line[...$0] } ?? ""
        return "\(body) \(text)"
    }

    private func lines(of text: String, _ change: (String) -> String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { change(String($0)) }.joined(separator: "\n")
    }

    private func firstWord(of line: String) -> String {
        line.split(maxSplits: 1, whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
    }
}
