import BlockDevices
import DeployVars
import Diagnostics
import LinuxSystem
import Pipeline

extension Steps {
    /// How long disks behind slow controllers may take to appear.
    private static let diskPatience = Duration.seconds(30)

    /// How long drivers may take to be loaded; one that hangs must not keep the machine for ever.
    private static let driverPatience = Duration.seconds(90)
    /// How long no disk may have come or gone: the only eligible disk of this second may be one of two in the next.
    private static let quiet = Duration.seconds(3)

    /// Chooses the one disk that fits, or the two that RAID_LEVEL names, or the controller of NVME_NAMESPACES, or says of
    /// every disk why it does not. Touches nothing.
    func selectDisk() -> Step<Admitted, ChosenDisk> {
        Step(.selectDisk) { admitted, progress in
            try await waitForDisks(progress)
            let clock = ContinuousClock()
            let deadline = clock.now + Self.diskPatience
            while true {
                do {
                    let target = try await choose(for: admitted.job.vars).target
                    announce(target)
                    let provisioned = try await provisioned(target, admitted.job, progress)
                    if provisioned == nil { announceReplacement(target.namespaces, progress) }
                    return ChosenDisk(job: admitted.job, target: target, provisioned: provisioned)
                } catch let error as DiskChoiceError {
                    // Several candidates do not become fewer by waiting; none may still become one.
                    guard error.candidates.isEmpty, clock.now < deadline else {
                        progress("looking at what is on the disks")
                        let described = try await offPool("read disks") { error.withContents() }
                        throw described
                    }
                    progress("waiting for a disk that matches")
                    try await Task.sleep(for: .milliseconds(500))
                    try await waitForDisks(progress)
                }
            }
        }
    }

    /// Chooses among the disks that are there now, and names those that this machine was started from.
    func choose(for vars: DeployVars) async throws -> (target: Target, media: Set<String>) {
        try await offPool("choose disk") { [services] in
            let disks = DeviceIdentity.completing(try BlockSysfs().disks()) { services.log.warning("\($0)") }
            let media = LabelledVolume.bootMedia(among: disks) { services.log.warning("\($0)") }
            return (try Target(from: disks, vars, bootMedia: media), media)
        }
    }

    private func waitForDisks(_ progress: StepProgress) async throws {
        let clock = ContinuousClock()
        let deadline = clock.now + Self.driverPatience
        while !services.hardware.isColdPlugged || services.hardware.quietTime < Self.quiet {
            guard clock.now < deadline else {
                services.log.warning(
                    "drivers are still being loaded or disks still appear; choosing among those there are")
                return
            }
            progress(services.hardware.isColdPlugged ? "waiting for disks to settle" : "waiting for drivers")
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private func announce(_ target: Target) {
        let role = target.mirror == nil ? "" : ", mirrored"
        let disks = target.namespaces.map { [$0.disk] } ?? target.members
        for disk in disks {
            services.console.say("  target    \(describe(disk))\(role)")
            services.agentLog.note("target \(describe(disk))\(role)")
        }
        if let warning = target.mirror?.warning { services.log.warning("\(warning)") }
    }

    /// Names what will be deleted before it is.
    private func announceReplacement(_ target: NamespaceTarget?, _ progress: StepProgress) {
        for (label, text) in target?.announcement ?? [] {
            services.console.say("  \(label)\(String(repeating: " ", count: max(10 - label.count, 1)))\(text)")
            services.agentLog.note("\(label) \(text)")
            progress("\(label) \(text)")
        }
    }

    func describe(_ disk: Disk) -> String {
        let model = disk.displayModel.isEmpty ? "" : ", \(disk.displayModel)"
        let serial = disk.serial.isEmpty ? "" : ", serial \(disk.serial)"
        let wwn = disk.worldwideName.isEmpty ? "" : ", WWN \(disk.worldwideName)"
        return "\(disk.devicePath), \(DiskTable.size(disk.sizeBytes))\(model)\(serial)\(wwn)"
    }
}

extension BlockDevices.DiskHints {
    init(_ vars: DeployVars) {
        let hints = vars.disk
        self.init(
            serial: hints.serial, worldwideName: hints.wwn, devicePath: hints.device, model: hints.model,
            vendor: hints.vendor, hctl: hints.hctl?.description, byPath: hints.byPath,
            isRotational: hints.isRotational,
            minimumBytes: hints.minimumBytes > 0 ? UInt64(hints.minimumBytes) : nil,
            maximumBytes: hints.maximumBytes.map { UInt64(clamping: $0) },
            selection: Selection(rawValue: hints.selection.rawValue) ?? .fail,
            acceptsHeldDisks: vars.preparation.raidCleanup != .none, isOnlyRead: vars.mode == .capture)
    }
}

extension ReleaseScope {
    init(_ preparation: DiskPreparation, bootMedia: Set<String>, otherTargets: Set<String>) {
        self.init(
            arrays: Extent(preparation.raidCleanup), signatures: Extent(preparation.wipes), bootMedia: bootMedia,
            otherTargets: otherTargets)
    }
}

extension ReleaseScope.Extent {
    fileprivate init(_ scope: DiskPreparation.Scope) {
        self =
            switch scope {
            case .target: .target
            case .all: .all
            case .none: .none
            }
    }
}
