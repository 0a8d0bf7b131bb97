import Glibc
import KernelModules
import LinuxSystem
import Synchronization
import SystemPackage

/// Loads the drivers of what is in the machine, and of what appears later, beside the pipeline; and keeps watch over the
/// disks that appear.
final class Hardware: Sendable {
    private struct State {
        var isColdPlugged = false
        var disks: [String] = []
        var lastChange = ContinuousClock.now
    }

    private let state = Mutex(State())

    /// Begins; returns at once. Every step that needs a device waits for that device.
    func start(_ services: Services) {
        Task { await watchDisks() }
        guard let modules = services.modules else { return state.withLock { $0.isColdPlugged = true } }
        do throws(SystemCallError) {
            try HotPlug.start(modules) { [services] loads in
                for load in loads { Self.note(load, services) }
            }
            try NativeThread.start("cold-plug") { [self, services] in
                let report = modules.coldPlug()
                state.withLock { $0.isColdPlugged = true }
                for load in report.loads { Self.note(load, services) }
                for device in report.unclaimed { services.log.warning("\(device)") }
                for firmware in (try? MissingFirmware.sinceBoot()) ?? [] { services.log.warning("\(firmware)") }
                Self.mountEFIVariables(services)
            }
        } catch {
            state.withLock { $0.isColdPlugged = true }
            services.log.warning("drivers are not loaded: \(error)")
        }
    }

    /// Whether every driver was loaded that a device asked for at the start.
    var isColdPlugged: Bool { state.withLock { $0.isColdPlugged } }

    /// For how long no disk has come or gone.
    var quietTime: Duration { state.withLock { ContinuousClock.now - $0.lastChange } }

    private func watchDisks() async {
        while !Task.isCancelled {
            let names = (try? Files.list("/sys/block")) ?? []
            let disks = names.map { "\($0) \(Files.attribute("/sys/block/\($0)/diskseq") ?? "")" }
            state.withLock { state in
                guard state.disks != disks else { return }
                state.disks = disks
                state.lastChange = .now
            }
            try? await Task.sleep(for: .milliseconds(250))
        }
    }

    private static func note(_ load: ModuleLoad, _ services: Services) {
        if case .failed(let error) = load.outcome, error.reason != .refused(.operationNotSupportedByDevice) {
            services.log.warning("\(error)")
        } else {
            services.log.debug("module \(load.module) \(load.outcome) in \(load.duration)")
        }
    }

    /// Mounts the firmware's variables, unless they are mounted or the firmware has none.
    static func mountEFIVariables(_ services: Services) {
        let path = "/sys/firmware/efi/efivars"
        guard Files.exists("/sys/firmware/efi") else { return }
        services.loadModule("efivarfs")
        do throws(SystemCallError) {
            try Mounts.mount("efivarfs", at: path, type: "efivarfs", flags: UInt(MS_NOSUID | MS_NODEV | MS_NOEXEC))
        } catch {
            if error.errno != .resourceBusy { services.log.warning("\(error)") }
        }
    }
}
