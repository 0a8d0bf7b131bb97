import KernelModules
import LinuxSystem

/// The firmware files that modules name, from the directories that hold firmware.
struct FirmwareSelection {
    /// Files found: their names below `/lib/firmware` and where they lie.
    private(set) var found: [String: String] = [:]
    /// Names that are nowhere, each with the modules that name it.
    private(set) var missing: [String: [String]] = [:]

    private let directories: [String]

    /// - Parameter directories: places like `/lib/firmware`, the first that has a file wins.
    init(directories: [String]) {
        self.directories = directories
    }

    /// Looks for everything that a module names.
    mutating func add(_ information: ModuleInformation, of module: ModuleFile) {
        for name in information.values(of: "firmware") where found[name] == nil {
            if let directory = directories.first(where: { Files.exists("\($0)/\(name)") }) {
                found[name] = "\(directory)/\(name)"
            } else {
                missing[name, default: []].append(module.name)
            }
        }
    }
}
