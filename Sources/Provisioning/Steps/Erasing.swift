import BlockDevices
import CLinux
import DeployVars
import DiskErase
import Glibc
import LinuxSystem
import Pipeline

extension Steps {
    /// Ends what an erase in an earlier run left behind: until then the disk may take neither writes nor reads.
    ///
    /// - Throws: `EraseError` when somebody must act first; `StuckCallError` and `SystemCallError` when the disk cannot
    ///   be opened.
    func endInterruptedErase(of disk: Disk, _ progress: StepProgress) async throws {
        let note = try await offPool("end erase") {
            let descriptor = try watched("open", device: disk.devicePath, timeout: .seconds(60)) {
                try Descriptor.open(disk.devicePath, O_RDONLY | O_NONBLOCK)
            }
            return try DiskErase(disk, descriptor: descriptor) { progress($0, percent: $1) }.resume()
        }
        if let note { services.log.warning("\(note)") }
    }

    /// With SECURE_ERASE erases the target by the best way that it offers, or overwrites it with zeros; says which.
    ///
    /// - Throws: what `DiskErase.erase` and `PinnedDisk.open` throw.
    func eraseIfAsked(_ pinned: PinnedDisk, _ preparation: DiskPreparation, _ progress: StepProgress) async throws {
        guard preparation.erasesSecurely else { return }
        let report = try await offPool("erase disk") {
            let direct = try pinned.open(O_RDONLY | MARTLET_O_DIRECT)
            return try DiskErase(pinned.disk, descriptor: try pinned.descriptor()) { progress($0, percent: $1) }
                .erase(direct: direct)
        }
        for line in report.passedOver {
            services.console.say("  not taken: \(line)")
            services.agentLog.note("erase \(report.disk), not taken: \(line)")
        }
        progress(report.summary)
        // Zeros are less than what was asked for.
        if report.way == .zeros {
            services.log.warning("\(report.summary)")
        } else {
            services.console.say("  \(report.summary)")
            services.agentLog.note(report.summary)
        }
    }
}
