import Diagnostics
import KernelModules

/// The modules of one kernel that an initramfs gets: those listed and all that they need.
public struct ModuleSelection: Equatable, Sendable {
    /// The modules, in the order of their paths.
    public let modules: [ModuleFile]
    /// Listed names that are part of the kernel.
    public let builtIn: [String]
    /// Listed names that the list marks as absent from this flavour, and that are absent.
    public let absent: [String]

    /// Chooses the modules.
    ///
    /// - Throws: `ModuleListError.unknown` with every name that the kernel does not have, unless its line is marked for
    ///   this kernel's flavour.
    public init(lists: [ModuleList], index: ModuleIndex, release: String) throws(ModuleListError) {
        let flavour = ModuleList.flavour(ofRelease: release)
        var chosen: Set<ModuleFile> = []
        var builtIn: [String] = []
        var absent: [String] = []
        var unknown: [ModuleListError.Unknown] = []
        for entry in lists.flatMap(\.entries) {
            switch index.resolve(entry.name) {
            case .modules(let modules): for module in modules { chosen.formUnion(index.loadOrder(of: module)) }
            case .builtIn: builtIn.append(entry.name)
            case .unknown where entry.absentFlavours.contains(flavour): absent.append(entry.name)
            case .unknown:
                let known = index.builtInNames.union(index.modules.keys)
                unknown.append(
                    ModuleListError.Unknown(
                        name: entry.name, location: entry.location,
                        nearest: SpellingDistance.nearest(to: ModuleFile.normalized(entry.name), among: known)))
            }
        }
        if !unknown.isEmpty { throw ModuleListError.unknown(names: unknown, release: release) }
        modules = chosen.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        self.builtIn = builtIn.sorted()
        self.absent = absent.sorted()
    }
}
