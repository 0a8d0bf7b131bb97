extension GRUBInterpreter {
    /// `source FILE`, or with a new menu `configfile FILE`: then the variables that are not exported are forgotten and
    /// what the file offers replaces the menu.
    mutating func include(_ arguments: [String], asNewMenu: Bool) throws(BootEntryError) -> Bool {
        guard let argument = arguments.first else { return false }
        let file = path(argument)
        guard let script = files.contents(of: file) else {
            note("\(file) could not be read")
            return false
        }
        guard asNewMenu else { return try run(script: script, name: file.description) }
        let outer = (variables, exported, items)
        openContext()
        enter(file)
        items = []
        _ = try run(script: script, name: file.description)
        if items.isEmpty {
            (variables, exported, items) = outer
            return false
        }
        // GRUB shows the new menu and never comes back to the file that asked for it.
        unwinding = .leaving
        return true
    }

    /// `load_env [-f FILE] [NAME…]`.
    mutating func loadEnvironment(_ arguments: [String]) -> Bool {
        var file = "\(variables["prefix"] ?? "")/grubenv"
        var names: Set<String> = []
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "-f" || argument == "--file" {
                file = rest.popFirst() ?? file
            } else if argument.hasPrefix("--file=") {
                file = String(argument.dropFirst(7))
            } else if !argument.hasPrefix("-") {
                names.insert(argument)
            }
        }
        guard let block = files.contents(of: path(file)) else { return false }
        for (name, value) in GRUBEnvironmentBlock(block).variables where names.isEmpty || names.contains(name) {
            variables[name] = value
        }
        return true
    }

    /// `search [--set[=VARIABLE]] --fs-uuid|--label|--file NAME`, or `search.fs_uuid NAME VARIABLE`. The variable then
    /// names what was looked for, which is taken to exist.
    mutating func search(_ command: String, _ arguments: [String]) -> Bool {
        var kind = command.split(separator: ".").dropFirst().first.map(String.init) ?? ""
        var variable = kind.isEmpty ? nil : "root"
        var positional: [String] = []
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--fs-uuid", "-u": kind = "fs_uuid"
            case "--label", "--fs-label", "-l": kind = "fs_label"
            case "--file", "-f": kind = "file"
            case "--set", "-s": variable = "root"
            case "--hint", "-h": _ = rest.popFirst()
            default:
                if argument.hasPrefix("--set=") {
                    variable = String(argument.dropFirst(6))
                } else if !argument.hasPrefix("-") {
                    positional.append(argument)
                }
            }
        }
        guard let sought = positional.first else { return false }
        if command.contains("."), let second = positional.dropFirst().first { variable = second }
        let device: BootDevice
        switch kind {
        case "fs_uuid": device = .fileSystemUUID(sought)
        case "fs_label": device = .label(sought)
        default:
            device = .holding(sought)
            guard files.size(of: BootPath(device: device, path: sought)) != nil else { return false }
        }
        if let variable { variables[variable] = device.token }
        return true
    }

    /// `blscfg`: the entries of `loader/entries` on the device `boot` or `root`, newest first.
    mutating func addLoaderEntries() -> Bool {
        let device = BootDevice(token: variables["boot"] ?? "") ?? rootDevice
        var directories = ["/loader/entries", "/boot/loader/entries"]
        if let given = variables["blsdir"], !given.isEmpty { directories.insert(given, at: 0) }
        for directory in directories {
            let place = BootPath(device: device, path: directory)
            let entries = LoaderEntries.read(in: place, files: files)
            if entries.isEmpty { continue }
            for entry in entries where !entry.kernel.isEmpty {
                let content = GRUBMenuItem.Content.loaderEntry(entry, device: device)
                items.append(GRUBMenuItem(title: entry.title, identifier: entry.identifier, content: content))
            }
            return true
        }
        note("blscfg found no entries in \(directories.joined(separator: " or "))")
        return false
    }
}
