/// What the kernel command line says of modules: `NAME.OPTION=VALUE`, `modprobe.blacklist=NAME,…` and
/// `module_blacklist=NAME,…` (kernel-parameters.txt; modprobe(8)).
///
/// The kernel applies `NAME.OPTION` to built-in code by itself; for loadable modules whoever loads them must.
public struct ModuleOptions: Equatable, Sendable {
    /// The options of each module as `finit_module` takes them: `disable_tpa=1 debug=0`.
    public private(set) var parameters: [String: String] = [:]
    /// Modules that no device may bring in. They can still be loaded by name or as what another module needs.
    public private(set) var deniedNames: Set<String> = []

    /// No options.
    public init() {}

    /// The same options, and this one where the module has no option of that name yet.
    public func adding(_ name: String, _ value: String, to module: String) -> ModuleOptions {
        var result = self
        let given = parameters[module] ?? ""
        guard !given.split(separator: " ").contains(where: { $0.hasPrefix("\(name)=") }) else { return self }
        result.parameters[module] = given.isEmpty ? "\(name)=\(value)" : "\(given) \(name)=\(value)"
        return result
    }

    /// Takes the options from a kernel command line. Values in double quotes may hold blanks.
    public init(commandLine: String) {
        for word in Self.words(commandLine) {
            guard let equals = word.firstIndex(of: "=") else { continue }
            let key = word[..<equals]
            let value = word[word.index(after: equals)...]
            if key == "modprobe.blacklist" || key == "module_blacklist" {
                for name in value.split(separator: ",") { deniedNames.insert(ModuleFile.normalized(name)) }
            } else if let dot = key.firstIndex(of: "."), dot != key.startIndex {
                let name = ModuleFile.normalized(key[..<dot])
                let option = "\(key[key.index(after: dot)...])=\(value)"
                parameters[name] = parameters[name].map { "\($0) \(option)" } ?? option
            }
        }
    }

    private static func words(_ line: String) -> [String] {
        var words: [String] = []
        var current = ""
        var isQuoted = false
        for character in line {
            if character == "\"" { isQuoted.toggle() }
            if character.isWhitespace, !isQuoted {
                if !current.isEmpty { words.append(current) }
                current = ""
            } else {
                current.append(character)
            }
        }
        if !current.isEmpty { words.append(current) }
        return words
    }
}
