/// Runs a GRUB script as GRUB would, on values only: variables, a menu, and the kernel that an entry loads.
///
/// What it assumes about the machine: GRUB runs on EFI on this processor with all its features; `search` finds what it
/// looks for; nobody presses a key; graphics cannot be set up; a command it does not know fails. Each assumption that a
/// configuration depends on for the default entry's kernel is one under which real configurations boot.
struct GRUBInterpreter<FileSystem: BootFileSystem> {
    /// Why the statements after the current one are not run.
    enum Unwinding: Equatable {
        case breaking
        case continuing
        case returning
        case leaving
    }

    /// Where a text comes from decides what a limit's error names.
    let configuration: BootPath
    let files: FileSystem

    var variables: [String: String] = [:]
    var exported: Set<String> = []
    var functions: [String: [GRUBStatement]] = [:]
    var parameters: [String] = []
    var items: [GRUBMenuItem] = []
    var load = KernelLoad()
    var notes: [String] = []
    var unwinding: Unwinding?
    /// What `$?` tells: whether the last command succeeded.
    var lastStatus = true
    var budget = GRUBBudget()

    /// What an entry's `linux`, `initrd` and other loaders said.
    struct KernelLoad {
        var kernel: BootPath?
        var arguments = ""
        var initrds: [BootPath] = []
        /// Set when the entry starts something else, such as another boot loader.
        var instead: String?
    }

    init(configuration: BootPath, files: FileSystem) {
        self.configuration = configuration
        self.files = files
        let features = [
            "menuentry_id", "menuentry_options", "default_font_path", "all_video_module", "platform_search_hint",
            "timeout_style", "chainloader_bpb", "ntldr", "200_final",
        ]
        for feature in features { setExported("feature_\(feature)", "y") }
        setExported("grub_platform", "efi")
        #if arch(arm64)
            setExported("grub_cpu", "arm64")
        #else
            setExported("grub_cpu", "x86_64")
        #endif
        setExported("root", configuration.device?.token ?? "")
        setExported("prefix", configuration.directory.description)
        enter(configuration)
    }

    /// Sets what `configfile` sets for the file it reads.
    mutating func enter(_ path: BootPath) {
        setExported("config_file", path.description)
        setExported("config_directory", path.directory.description)
    }

    mutating func setExported(_ name: String, _ value: String) {
        variables[name] = value
        exported.insert(name)
    }

    /// Forgets the variables that a new menu does not inherit.
    mutating func openContext() {
        variables = variables.filter { exported.contains($0.key) }
    }

    mutating func note(_ text: String) {
        if notes.count < 20, !notes.contains(text) { notes.append(text) }
    }

    /// The device that paths without one lie on.
    var rootDevice: BootDevice? { BootDevice(token: variables["root"] ?? "") }

    func path(_ text: String) -> BootPath { BootPath(text, defaultDevice: rootDevice) }

    /// Parses and runs a script; its status is that of its last command.
    mutating func run(script: [UInt8], name: String) throws(BootEntryError) -> Bool {
        try budget.spend(script.count, of: configuration)
        let (statements, errors) = GRUBParser.parse(script)
        for error in errors { note("line \(error.line) of \(name) was passed over: \(error.reason)") }
        return try run(statements)
    }

    /// Runs statements until the end or until something unwinds.
    mutating func run(_ statements: [GRUBStatement]) throws(BootEntryError) -> Bool {
        try budget.descend(configuration)
        defer { budget.ascend() }
        try budget.spend(1, of: configuration)
        var status = true
        for statement in statements {
            status = try run(statement)
            if unwinding != nil { break }
        }
        return status
    }

    private mutating func run(_ statement: GRUBStatement) throws(BootEntryError) -> Bool {
        try budget.spend(1, of: configuration)
        switch statement {
        case .command(let words):
            lastStatus = try command(try expand(words))
            return lastStatus
        case .conditional(let branches, let otherwise):
            for branch in branches {
                let holds = try run(branch.condition)
                if unwinding != nil { return holds }
                if holds { return try run(branch.body) }
            }
            return try run(otherwise)
        case .whileLoop(let condition, let body, let until):
            while try run(condition) != until, unwinding == nil {
                _ = try run(body)
                if endsLoop() { break }
            }
            return true
        case .forLoop(let name, let words, let body):
            for value in try expand(words) {
                variables[name] = value
                _ = try run(body)
                if endsLoop() { break }
            }
            return true
        case .function(let name, let body):
            functions[name] = body
            return true
        case .menu(let words, let body, let isSubmenu):
            addItem(try expand(words), body, isSubmenu: isSubmenu)
            return true
        }
    }

    private mutating func endsLoop() -> Bool {
        if unwinding == .continuing { unwinding = nil }
        if unwinding == .breaking {
            unwinding = nil
            return true
        }
        return unwinding != nil
    }

    /// Runs a function's or an entry's statements with `$1`, `$2`, … set.
    mutating func call(_ body: [GRUBStatement], _ arguments: [String]) throws(BootEntryError) -> Bool {
        let outer = parameters
        parameters = arguments
        defer { parameters = outer }
        let status = try run(body)
        if unwinding == .returning { unwinding = nil }
        return status
    }

    /// Options of `menuentry` that take a value; all others (`--unrestricted`) take none.
    private static var itemOptions: Set<String> { ["--class", "--users", "--hotkey", "--source", "--id"] }

    private mutating func addItem(_ words: [String], _ body: [GRUBStatement], isSubmenu: Bool) {
        var rest = words[...]
        var identifier = ""
        var positional: [String] = []
        while let word = rest.popFirst() {
            if word.hasPrefix("--id=") {
                identifier = String(word.dropFirst(5))
            } else if Self.itemOptions.contains(word) {
                let value = rest.popFirst() ?? ""
                if word == "--id" { identifier = value }
            } else if !word.hasPrefix("--") {
                positional.append(word)
            }
        }
        let content: GRUBMenuItem.Content =
            isSubmenu ? .submenu(body, parameters: positional) : .entry(body, parameters: positional)
        items.append(GRUBMenuItem(title: positional.first ?? "", identifier: identifier, content: content))
    }
}
