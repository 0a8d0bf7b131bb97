import Glibc
import KernelModules
import LinuxSystem
import SystemPackage

/// Loads the drivers of what is in the machine, and of what appears later, beside the pipeline.
struct Hardware: Sendable {
    let services: Services

    /// Begins; returns at once. Every step that needs a device waits for that device.
    func start() {
        guard let modules = services.modules else { return }
        do throws(SystemCallError) {
            try HotPlug.start(modules) { [services] loads in
                for load in loads { Self.note(load, services) }
            }
            try NativeThread.start("cold-plug") { [services] in
                let report = modules.coldPlug()
                for load in report.loads { Self.note(load, services) }
                for device in report.unclaimed { services.log.warning("\(device)") }
                for firmware in (try? MissingFirmware.sinceBoot()) ?? [] { services.log.warning("\(firmware)") }
                mountEFIVariables()
            }
        } catch {
            services.log.warning("drivers are not loaded: \(error)")
        }
    }

    private static func note(_ load: ModuleLoad, _ services: Services) {
        if case .failed(let error) = load.outcome, error.reason != .refused(.operationNotSupportedByDevice) {
            services.log.warning("\(error)")
        } else {
            services.log.debug("module \(load.module) \(load.outcome) in \(load.duration)")
        }
    }

    private func mountEFIVariables() {
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
