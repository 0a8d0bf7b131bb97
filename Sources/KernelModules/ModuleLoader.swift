import CLinux
import Diagnostics
import Glibc
import LinuxSystem
import Synchronization
import SystemPackage

/// Loads modules into the running kernel: finit_module(2). Safe to use from several threads; the kernel itself makes
/// two loads of one module wait for each other.
public final class ModuleLoader: Sendable {
    /// Puts one module file into the kernel with its options, or says why not.
    public typealias Insertion = @Sendable (_ path: String, _ parameters: String) throws(SystemCallError) -> Void

    /// What is known of this kernel's modules.
    public let index: ModuleIndex
    private let directory: String
    private let options: ModuleOptions
    private let limit: Duration
    private let insert: Insertion
    private let outcomes = Mutex<[String: ModuleLoad.Outcome]>([:])

    /// A loader for the modules in a directory.
    ///
    /// - Parameters:
    ///   - directory: where modules.dep is, such as `/lib/modules/6.1.0-44-cloud-amd64`.
    ///   - options: module options from the kernel command line.
    ///   - limit: how long one module may take before the loader goes on without it. A RAID controller may need a minute.
    ///   - insert: puts a file into the kernel; the default is `finit_module`.
    public init(
        index: ModuleIndex, directory: String, options: ModuleOptions = ModuleOptions(),
        limit: Duration = .seconds(60), insert: @escaping Insertion = ModuleLoader.insertFile
    ) {
        self.index = index
        self.directory = directory
        self.options = options
        self.limit = limit
        self.insert = insert
    }

    /// A loader for the running kernel: `/lib/modules/RELEASE` of uname(2) and the options of `/proc/cmdline`.
    ///
    /// - Throws: the error of reading modules.dep, as when the initramfs was built for another kernel.
    public convenience init(runningKernel limit: Duration = .seconds(60)) throws(SystemCallError) {
        let release = Files.attribute("/proc/sys/kernel/osrelease") ?? "unknown"
        let directory = "/lib/modules/\(release)"
        self.init(
            index: try ModuleIndex(directory: directory), directory: directory,
            // A SCSI host whose driver is loaded has all its disks then: who chooses one must see them all.
            options: ModuleOptions(commandLine: Files.attribute("/proc/cmdline") ?? "")
                .adding("scan", "sync", to: "scsi_mod")
                // Left alone it makes a bond0 of its own, with which nobody can do anything.
                .adding("max_bonds", "0", to: "bonding"), limit: limit)
    }

    /// Loads a module, or every module that an alias stands for, by name, with all it needs: modprobe(8).
    ///
    /// - Returns: the modules loaded by this call, in order; empty when they were there already or are built in.
    /// - Throws: `ModuleError` when the kernel has none of that name, or refuses it, or does not answer in time.
    @discardableResult
    public func load(_ name: String) throws(ModuleError) -> [ModuleLoad] {
        switch index.resolve(name) {
        case .builtIn: return []
        case .unknown:
            // A kernel may have it built in without saying so: modules.builtin lists only what could be a module.
            if Files.exists("/sys/module/\(ModuleFile.normalized(name))") { return [] }
            throw ModuleError(module: name, neededBy: nil, reason: .unknown)
        case .modules(let modules):
            var loads: [ModuleLoad] = []
            for module in modules { loads += loadWithNeeds(module) }
            for load in loads {
                if case .failed(let error) = load.outcome, modules.contains(where: { $0.name == load.module }) {
                    throw error
                }
            }
            return loads
        }
    }

    /// Loads the modules that a device asks for: the entry point for the kernel's `add` events.
    ///
    /// - Parameter modalias: the device's `MODALIAS`, such as `pci:v00001AF4d00001000sv…`.
    /// - Returns: what was tried now, failures included; empty when nothing claims the device or all was tried before.
    @discardableResult
    public func handle(modalias: String) -> [ModuleLoad] {
        index.modules(claiming: modalias)
            .filter { !options.deniedNames.contains($0.name) }
            .flatMap { loadWithNeeds($0) }
    }

    private func loadWithNeeds(_ target: ModuleFile) -> [ModuleLoad] {
        if outcomes.withLock({ $0[target.name] }) != nil { return [] }
        var loads: [ModuleLoad] = []
        for module in index.loadOrder(of: target) {
            if outcomes.withLock({ $0[module.name] }) != nil { continue }
            let start = ContinuousClock.now
            let outcome = insertWatched(module, neededBy: module == target ? nil : target.name)
            outcomes.withLock { $0[module.name] = outcome }
            loads.append(
                ModuleLoad(
                    module: module.name, outcome: outcome, duration: start.duration(to: ContinuousClock.now)))
        }
        return loads
    }

    private func insertWatched(_ module: ModuleFile, neededBy dependent: String?) -> ModuleLoad.Outcome {
        let path = "\(directory)/\(module.path)"
        let parameters = options.parameters[module.name] ?? ""
        let insert = insert
        do {
            try watched("finit_module", device: module.name, timeout: limit) { try insert(path, parameters) }
            return .loaded
        } catch let failure as SystemCallError {
            if failure.errno == .fileExists { return .alreadyThere }
            return .failed(ModuleError(module: module.name, neededBy: dependent, reason: .refused(failure.errno)))
        } catch {
            return .failed(ModuleError(module: module.name, neededBy: dependent, reason: .notReturned(after: limit)))
        }
    }

    /// Puts one module file into the running kernel: finit_module(2) on a descriptor of it.
    public static let insertFile: Insertion = { (path, parameters) throws(SystemCallError) in
        let file = try Descriptor.open(path, O_RDONLY)
        try systemCall("finit_module", path) { martlet_finit_module(file.rawValue, parameters, 0) }
    }
}
