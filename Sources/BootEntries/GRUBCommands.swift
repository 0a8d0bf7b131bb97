extension GRUBInterpreter {
    /// Commands that change nothing here and succeed.
    private static var inert: Set<String> {
        [
            "insmod", "rmmod", "terminal_output", "terminal_input", "terminal", "echo", "sleep", "save_env", "true",
            ":",
            "gettext", "play", "serial", "clear", "videoinfo", "password", "password_pbkdf2",
            "boot", "cls", "lsmod", "loadkey", "trust", "nativedisk", "drivemap", "parttool", "badram", "cutmem",
            "smbios", "devicetree", "cryptomount", "tpm", "set_timeout", "cpuid",
        ]
    }

    /// Commands that ask for what is assumed not to be: a key pressed, fonts, graphics.
    private static var failing: Set<String> {
        [
            "false", "keystatus", "loadfont", "background_image", "background_color", "regexp", "probe", "read",
            "hwmatch",
        ]
    }

    /// Commands that start something else than Linux, and how to say it.
    private static var others: [String: String] {
        [
            "chainloader": "starts another boot loader", "multiboot": "starts a multiboot kernel",
            "multiboot2": "starts a multiboot kernel", "xen_hypervisor": "starts Xen",
            "fwsetup": "opens the firmware's setup", "halt": "switches the machine off",
            "reboot": "reboots the machine", "ntldr": "starts another boot loader",
        ]
    }

    /// Runs one command; true when it succeeds.
    mutating func command(_ words: [String]) throws(BootEntryError) -> Bool {
        guard let name = words.first else { return true }
        let arguments = Array(words.dropFirst())
        if let (variable, value) = assignment(name), name.first != "[" {
            variables[variable] = value
            return true
        }
        switch name {
        case "[":
            return arguments.last == "]" && test(Array(arguments.dropLast()))
        case "test":
            return test(arguments)
        case "!":
            return !(try command(arguments))
        case "set":
            for argument in arguments {
                if let (variable, value) = assignment(argument) { variables[variable] = value }
            }
            return true
        case "unset":
            for argument in arguments { variables[argument] = nil }
            return true
        case "export":
            for argument in arguments {
                if let (variable, value) = assignment(argument) {
                    setExported(variable, value)
                } else {
                    exported.insert(argument)
                }
            }
            return true
        case "increment", "decrement":
            guard let variable = arguments.first else { return false }
            let (sum, overflow) = (Int(variables[variable] ?? "") ?? 0)
                .addingReportingOverflow(name == "increment" ? 1 : -1)
            variables[variable] = String(overflow ? 0 : sum)
            return true
        case "setparams":
            parameters = arguments
            return true
        case "shift":
            parameters = Array(parameters.dropFirst())
            return true
        case "break", "continue", "return", "exit":
            unwinding =
                ["break": .breaking, "continue": .continuing, "return": .returning][name] ?? .leaving
            return name != "return" || arguments.first == nil || arguments.first == "0"
        default:
            return try loaderCommand(name, arguments)
        }
    }

    /// `name=value` with a name that a variable can have.
    private func assignment(_ word: String) -> (String, String)? {
        guard let equals = word.firstIndex(of: "="), equals != word.startIndex else { return nil }
        return (String(word[..<equals]), String(word[word.index(after: equals)...]))
    }

    private mutating func loaderCommand(_ name: String, _ arguments: [String]) throws(BootEntryError) -> Bool {
        switch name {
        case "linux", "linux16", "linuxefi":
            return loadKernel(arguments)
        case "initrd", "initrd16", "initrdefi":
            load.initrds = arguments.filter { !$0.hasPrefix("--") }.map(path)
            return true
        case "load_env":
            return loadEnvironment(arguments)
        case "search", "search.fs_uuid", "search.fs_label", "search.file":
            return search(name, arguments)
        case "source", ".":
            return try include(arguments, asNewMenu: false)
        case "configfile", "normal":
            return try include(arguments, asNewMenu: true)
        case "eval":
            return try run(script: Array(arguments.joined(separator: " ").utf8), name: "eval")
        case "blscfg":
            return addLoaderEntries()
        default:
            if let instead = Self.others[name] {
                // `fwsetup --is-supported` only asks.
                guard !arguments.contains("--is-supported") else { return false }
                load.instead = instead
                return true
            }
            if Self.inert.contains(name) { return true }
            if Self.failing.contains(name) { return false }
            if let function = functions[name] { return try call(function, arguments) }
            note("the command \(name) is not known and was taken to fail")
            return false
        }
    }

    private mutating func loadKernel(_ arguments: [String]) -> Bool {
        guard let kernel = arguments.first else { return false }
        load.kernel = path(kernel)
        load.initrds = []
        load.instead = nil
        load.arguments = arguments.dropFirst().map(quotedArgument).joined(separator: " ")
        return true
    }
}

/// An argument as GRUB hands it to Linux: quotes and backslashes are escaped, and blanks make it quoted.
private func quotedArgument(_ argument: String) -> String {
    var text = ""
    for character in argument {
        if character == "\\" || character == "\"" || character == "'" { text.append("\\") }
        text.append(character)
    }
    return argument.contains(" ") ? "\"\(text)\"" : text
}
