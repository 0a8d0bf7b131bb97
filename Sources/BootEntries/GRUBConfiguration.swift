/// An installed GRUB configuration, as `grub-mkconfig` of Debian, Ubuntu, Fedora, Red Hat and SUSE writes it.
public enum GRUBConfiguration {
    /// What the configuration would boot if nobody touched the keyboard.
    ///
    /// The script is run, not searched: `default`, `saved_entry` and `next_entry` from `grubenv`, conditions, functions,
    /// submenus and `blscfg` count as they do in GRUB. `GRUBInterpreter` says what is assumed about the machine.
    ///
    /// - Parameters:
    ///   - path: the `grub.cfg`, with the file system it lies on.
    ///   - files: where it and what it refers to are read from.
    /// - Throws: when it leads to no Linux kernel.
    public static func defaultEntry(
        of path: BootPath, files: some BootFileSystem
    ) throws(BootEntryError) -> BootEntry {
        guard let script = files.contents(of: path) else { throw .unreadable(path) }
        var interpreter = GRUBInterpreter(configuration: path, files: files)
        _ = try interpreter.run(script: script, name: path.description)
        return try interpreter.bootDefault()
    }
}

extension GRUBInterpreter {
    private static var deepestMenu: Int { 16 }

    /// Chooses by `default`, through submenus, and runs the entry.
    mutating func bootDefault() throws(BootEntryError) -> BootEntry {
        var choice = GRUBMenuPath(variables["default"] ?? "").components[...]
        for _ in 0..<Self.deepestMenu {
            unwinding = nil
            let component = choice.popFirst() ?? ""
            let (chosen, isFound) = GRUBMenuPath.choose(component, from: items)
            guard let chosen else { throw .emptyMenu(configuration) }
            if !isFound {
                note("no menu entry is called \"\(component)\", so the first one was taken, as GRUB does")
            }
            variables["chosen"] = chosen.identifier.isEmpty ? chosen.title : chosen.identifier
            load = KernelLoad()
            switch chosen.content {
            case .entry(let body, let parameters):
                _ = try call(body, parameters)
                return try loaded(by: chosen)
            case .loaderEntry(let entry, let device):
                try run(entry, on: device)
                return try loaded(by: chosen)
            case .submenu(let body, let parameters):
                openContext()
                items = []
                _ = try call(body, parameters)
            }
        }
        throw .tooComplex(configuration, limit: "\(Self.deepestMenu) nested menus")
    }

    /// Does what GRUB's `blscfg` does with an entry: its values become a script.
    private mutating func run(_ entry: LoaderEntry, on device: BootDevice?) throws(BootEntryError) {
        variables["root"] = device?.token ?? ""
        let options = entry.options.isEmpty ? variables["default_kernelopts"] ?? "" : entry.options
        let script = "linux \(entry.kernel) \(options)\ninitrd \(entry.initrds.joined(separator: " "))\n"
        _ = try run(script: Array(script.utf8), name: "the entry \(entry.identifier)")
    }

    private func loaded(by item: GRUBMenuItem) throws(BootEntryError) -> BootEntry {
        guard let kernel = load.kernel, load.instead == nil else {
            throw .notLinux(title: item.title, instead: load.instead ?? "loads nothing")
        }
        return BootEntry(
            title: item.title, identifier: item.identifier, kernel: kernel, initrds: load.initrds,
            arguments: load.arguments, notes: notes)
    }
}
