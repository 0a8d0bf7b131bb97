import KernelModules

/// depmod's files, reduced to the modules of a selection, so that modprobe(8) and the agent find in them what is there.
struct DepmodFiles {
    let index: ModuleIndex
    let sources: ModuleIndex.Sources
    let selection: ModuleSelection

    /// The files by name.
    var contents: [(name: String, bytes: [UInt8])] {
        [
            ("modules.alias", lines(of: sources.aliases) { $0.last }),
            ("modules.builtin", sources.builtIn),
            ("modules.dep", dependencies),
            ("modules.softdep", lines(of: sources.softDependencies) { $0.dropFirst().first }),
        ]
    }

    private var dependencies: [UInt8] {
        selection.modules.flatMap { module in
            let needed = (index.dependencies[module.name] ?? []).compactMap { index.modules[$0]?.path }
            return Array("\(([module.path + ":"] + needed).joined(separator: " "))\n".utf8)
        }
    }

    /// The lines whose module is selected.
    private func lines(
        of text: [UInt8], module: ([ArraySlice<UInt8>]) -> ArraySlice<UInt8>?
    ) -> [UInt8] {
        let names = Set(selection.modules.map(\.name))
        return text.split(separator: UInt8(ascii: "\n")).flatMap { line -> [UInt8] in
            let words = line.split(separator: UInt8(ascii: " "))
            guard line.first != UInt8(ascii: "#"), let name = module(words),
                names.contains(ModuleFile.normalized(String(decoding: name, as: UTF8.self)))
            else { return [] }
            return line + [UInt8(ascii: "\n")]
        }
    }
}
