import Glibc
import LinuxSystem

/// What loading the drivers of all present devices came to.
public struct ColdPlugReport: Sendable {
    /// Every module tried, in order.
    public var loads: [ModuleLoad] = []
    /// Network and storage devices that no driver has taken.
    public var unclaimed: [UnclaimedDevice] = []
    /// How often the devices were walked through.
    public var passes = 0

    /// The modules that could not be loaded because of other than missing hardware.
    public var failures: [ModuleError] {
        loads.compactMap { load in
            guard case .failed(let error) = load.outcome,
                error.reason != .refused(.operationNotSupportedByDevice)
            else { return nil }
            return error
        }
    }
}

extension ModuleLoader {
    /// More layers of buses than a machine has: PCI, USB, SCSI, one behind the other.
    private static let mostPasses = 16

    /// Loads the drivers of every device that is there, and again of those that appear by that, until nothing new comes.
    ///
    /// Devices that their bus finds later (USB, SCSI) announce themselves by events: see `HotPlug`. Processors are left
    /// out: their drivers are faster ciphers and checksums, whose self-tests take longer than they could ever save here.
    ///
    /// - Parameter root: where to look; `/sys/devices` outside of tests.
    public func coldPlug(devices root: String = "/sys/devices") -> ColdPlugReport {
        var report = ColdPlugReport()
        var seen: Set<String> = []
        var devices: [DeviceAliases.Device] = []
        while report.passes < Self.mostPasses {
            report.passes += 1
            devices = DeviceAliases.devices(under: root)
            let fresh = devices.filter { !$0.modalias.hasPrefix("cpu:") && seen.insert($0.modalias).inserted }
            if fresh.isEmpty { break }
            for device in fresh { report.loads += handle(modalias: device.modalias) }
        }
        report.unclaimed = unclaimed(among: devices)
        return report
    }

    /// Network and storage devices that have no driver now.
    public func unclaimedDevices(under root: String = "/sys/devices") -> [UnclaimedDevice] {
        unclaimed(among: DeviceAliases.devices(under: root))
    }

    private func unclaimed(among devices: [DeviceAliases.Device]) -> [UnclaimedDevice] {
        devices.compactMap { device in
            guard Files.linkName("\(device.path)/driver") == nil, let kind = DeviceKind(modalias: device.modalias)
            else {
                return nil
            }
            return UnclaimedDevice(
                path: device.path, modalias: device.modalias, kind: kind,
                candidates: index.modules(claiming: device.modalias).map(\.name))
        }
    }
}
