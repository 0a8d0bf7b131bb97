import Glibc
import LinuxSystem

/// What depmod(8) says of one kernel's modules: which file needs which others, and which device wants which module.
public struct ModuleIndex: Sendable {
    /// What a name or modalias stands for.
    public enum Resolution: Equatable, Sendable {
        /// Loadable modules, in the order of modules.alias.
        case modules([ModuleFile])
        /// Part of the kernel itself; nothing to load.
        case builtIn
        /// Neither a module nor an alias of this kernel.
        case unknown
    }

    /// The texts that an index is made from, as bytes of the files of these names.
    public struct Sources: Sendable {
        /// modules.dep: `file: file…`.
        public var dependencies: [UInt8] = []
        /// modules.alias: `alias PATTERN MODULE`.
        public var aliases: [UInt8] = []
        /// modules.softdep: `softdep MODULE pre: … post: …`.
        public var softDependencies: [UInt8] = []
        /// modules.builtin: one file a line.
        public var builtIn: [UInt8] = []
        /// modules.builtin.modinfo: `name.key=value`, each ended by NUL.
        public var builtInInformation: [UInt8] = []

        /// Empty texts.
        public init() {}

        /// Reads the files in a kernel's module directory. All but modules.dep may be missing.
        public init(directory: String) throws(SystemCallError) {
            dependencies = try Files.read("\(directory)/modules.dep", limit: 64 << 20)
            aliases = try Self.optional("\(directory)/modules.alias")
            softDependencies = try Self.optional("\(directory)/modules.softdep")
            builtIn = try Self.optional("\(directory)/modules.builtin")
            builtInInformation = try Self.optional("\(directory)/modules.builtin.modinfo")
        }

        private static func optional(_ path: String) throws(SystemCallError) -> [UInt8] {
            do {
                return try Files.read(path, limit: 64 << 20)
            } catch {
                if error.errno == .noSuchFileOrDirectory { return [] }
                throw error
            }
        }
    }

    /// Every loadable module by its name.
    public private(set) var modules: [String: ModuleFile] = [:]
    /// The modules that one module directly or indirectly needs, by its name, as modules.dep lists them.
    public private(set) var dependencies: [String: [String]] = [:]
    /// Modules to load before and after another if they exist, by its name. The names may be aliases.
    public private(set) var softDependencies: [String: (before: [String], after: [String])] = [:]
    /// Names of the modules that are part of the kernel.
    public private(set) var builtInNames: Set<String> = []

    private var aliasesByBus: [ArraySlice<UInt8>: [(pattern: AliasPattern, module: String)]] = [:]
    private var otherAliases: [(pattern: AliasPattern, module: String)] = []
    private var builtInAliases: [AliasPattern] = []

    /// Reads a kernel's module directory, such as `/lib/modules/6.1.0-44-cloud-amd64`.
    public init(directory: String) throws(SystemCallError) {
        self.init(try Sources(directory: directory))
    }

    /// Parses depmod's texts. Lines that make no sense are passed over, as modprobe(8) does.
    public init(_ sources: Sources) {
        for line in Self.lines(sources.dependencies) { parseDependencies(line) }
        for line in Self.lines(sources.aliases) { parseAlias(line) }
        for line in Self.lines(sources.softDependencies) { parseSoftDependency(line) }
        for line in Self.lines(sources.builtIn) {
            builtInNames.insert(ModuleFile.name(ofPath: String(decoding: line, as: UTF8.self)))
        }
        for field in sources.builtInInformation.split(separator: 0) { parseBuiltInInformation(field) }
    }

    /// What a module name or an alias, such as `fs-ext4` or a device's modalias, stands for.
    public func resolve(_ nameOrAlias: String) -> Resolution {
        let name = ModuleFile.normalized(nameOrAlias)
        if let module = modules[name] { return .modules([module]) }
        if builtInNames.contains(name) { return .builtIn }
        let claiming = modules(claiming: nameOrAlias)
        if !claiming.isEmpty { return .modules(claiming) }
        let subject = AliasPattern.normalized(nameOrAlias.utf8)
        return builtInAliases.contains { $0.matches(normalized: subject) } ? .builtIn : .unknown
    }

    /// The modules whose aliases match a modalias, each once, in the order of modules.alias.
    public func modules(claiming modalias: String) -> [ModuleFile] {
        let subject = AliasPattern.normalized(modalias.utf8)
        let bus = subject.firstIndex(of: UInt8(ascii: ":")).map { subject[..<$0] } ?? subject[..<0]
        var found: [ModuleFile] = []
        for alias in (aliasesByBus[bus] ?? []) + otherAliases {
            guard let module = modules[alias.module], !found.contains(module) else { continue }
            if alias.pattern.matches(normalized: subject) { found.append(module) }
        }
        return found
    }

    /// A module and all that must or should be loaded with it, in an order that works: soft "before" ones, what it
    /// needs, itself, soft "after" ones. Soft dependencies that this kernel does not have are left out (modprobe.d(5)).
    public func loadOrder(of module: ModuleFile) -> [ModuleFile] {
        var order: [ModuleFile] = []
        var visited: Set<String> = []
        visit(module.name, &order, &visited)
        return order
    }

    private func visit(_ name: String, _ order: inout [ModuleFile], _ visited: inout Set<String>) {
        guard let module = modules[name], visited.insert(name).inserted else { return }
        let soft = softDependencies[name] ?? ([], [])
        for wanted in soft.before { visitSoft(wanted, &order, &visited) }
        // modules.dep lists what is needed last first.
        for needed in (dependencies[name] ?? []).reversed() { visit(needed, &order, &visited) }
        order.append(module)
        for wanted in soft.after { visitSoft(wanted, &order, &visited) }
    }

    private func visitSoft(_ wanted: String, _ order: inout [ModuleFile], _ visited: inout Set<String>) {
        guard case .modules(let found) = resolve(wanted) else { return }
        for module in found { visit(module.name, &order, &visited) }
    }

    // MARK: Parsing

    private static func lines(_ text: [UInt8]) -> [ArraySlice<UInt8>] {
        text.split(separator: UInt8(ascii: "\n")).filter { $0.first != UInt8(ascii: "#") }
    }

    private static func words(_ line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    }

    private mutating func parseDependencies(_ line: ArraySlice<UInt8>) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return }
        let module = ModuleFile(path: String(decoding: line[..<colon], as: UTF8.self))
        guard !module.name.isEmpty else { return }
        modules[module.name] = module
        dependencies[module.name] = Self.words(line[colon...].dropFirst()).map {
            ModuleFile.name(ofPath: String(decoding: $0, as: UTF8.self))
        }
    }

    private mutating func parseAlias(_ line: ArraySlice<UInt8>) {
        let words = Self.words(line)
        guard words.count == 3, let keyword = words.first, keyword.elementsEqual("alias".utf8),
            let target = words.last
        else { return }
        let pattern = AliasPattern(words[1])
        let module = ModuleFile.normalized(String(decoding: target, as: UTF8.self))
        if let bus = pattern.bus {
            aliasesByBus[bus, default: []].append((pattern, module))
        } else {
            otherAliases.append((pattern, module))
        }
    }

    private mutating func parseSoftDependency(_ line: ArraySlice<UInt8>) {
        let words = Self.words(line).map { String(decoding: $0, as: UTF8.self) }
        guard words.count > 2, words[0] == "softdep" else { return }
        let name = ModuleFile.normalized(words[1])
        var soft = softDependencies[name] ?? ([], [])
        var section = ""
        for word in words[2...] {
            // A name before any section counts for nothing: depmod writes such lines for some file systems.
            switch (section, word) {
            case (_, "pre:"), (_, "post:"): section = word
            case ("pre:", _): soft.before.append(word)
            case ("post:", _): soft.after.append(word)
            default: break
            }
        }
        softDependencies[name] = soft
    }

    private mutating func parseBuiltInInformation(_ field: ArraySlice<UInt8>) {
        guard let dot = field.firstIndex(of: UInt8(ascii: ".")) else { return }
        let key = "alias=".utf8
        let statement = field[dot...].dropFirst()
        if statement.starts(with: key) { builtInAliases.append(AliasPattern(statement.dropFirst(key.count))) }
    }
}
