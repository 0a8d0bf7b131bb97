import BlockDevices
import DeployVars
import Diagnostics
import Glibc
import HTTPProxies
import ImageSources
import ImageStreaming
import InitRuntime
import LinuxSystem
import Pipeline
import ProvisioningAPI

/// The disk's image is on the server.
struct CapturedDisk: Sendable {
    let job: Configured
}

extension Steps {
    /// Reads the chosen disk, and uploads its image. Writes nothing to it.
    func captureDisk() -> Step<ChosenDisk, CapturedDisk> {
        Step(.captureDisk) { chosen, progress in
            let disk = chosen.disk
            let destination = try captureDestination(chosen.job)
            let (descriptor, inspection) = try await offPool("inspect disk") {
                let descriptor = try Self.openForReading(disk)
                return (descriptor, try CaptureInspection.inspect(descriptor))
            }
            for remark in inspection.remarks {
                services.console.say("  \(remark)")
                services.agentLog.note("\(disk.devicePath), \(remark)")
            }
            let clock = ContinuousClock()
            let start = clock.now
            let summary = try await ImageCapture.capture(
                descriptor, extents: inspection.extents, to: destination, notice: captureNotice
            ) { state in
                let seconds = max((clock.now - start) / .seconds(1), 0.001)
                let rate = Double(state.imageBytes) / seconds / 1_000_000
                progress("\(DiskTable.size(state.imageBytes)) at \(Int(rate)) MB/s", percent: state.percent)
            }
            describe(summary, of: disk)
            return CapturedDisk(job: chosen.job)
        }
    }

    /// Opens a disk so that nobody else can mount it or build on it meanwhile.
    private static func openForReading(_ disk: Disk) throws -> Descriptor {
        let path = disk.devicePath
        let descriptor: Descriptor
        do {
            descriptor = try watched("open", device: path, timeout: .seconds(60)) {
                try Descriptor.open(path, O_RDONLY | O_EXCL)
            }
        } catch let error as SystemCallError where error.errno == .resourceBusy {
            throw PinError.busy(path)
        }
        let size = try descriptor.sizeInBytes()
        guard size == disk.sizeBytes else {
            throw PinError.changed(path, "has \(size) bytes instead of \(disk.sizeBytes)")
        }
        if let sequence = disk.sequence, descriptor.diskSequence() != sequence {
            throw PinError.changed(path, "is another disk than the chosen one (diskseq)")
        }
        return descriptor
    }

    private func captureDestination(_ job: Configured) throws -> any ImageDestination {
        guard let url = job.vars.capture.url else { throw NoCaptureURL() }
        var options = HTTPOptions()
        options.extraTrustRoots = DeployDirectory.extraAuthorities
        options.proxies = try ProxySettings(job.vars.proxies)
        options.userAgent = "martlet/\(Version.current)"
        options.notice = captureNotice
        if let token = job.vars.token(for: url) {
            options.headers = Secret([.init(name: "Authorization", value: "Bearer \(token.revealed)")])
        }
        // The server of the Go agent listens there, and would answer a PUT with 200 and keep nothing.
        let isLegacy = url.path.hasSuffix("/image")
        let machine = job.machine.macs.first?.hyphenated ?? "machine"
        return HTTPImageDestination(
            try HTTPLocation(url.text), fileName: machine + ".img.zst", method: isLegacy ? .form : .put,
            options: options)
    }

    private var captureNotice: @Sendable (String) -> Void {
        { [services] notice in
            services.log.warning("\(notice)")
            services.controller?.events.post(Event(.progress, step: .captureDisk, message: notice))
        }
    }

    /// Says where the image is and by which check sums it is known again.
    private func describe(_ summary: CaptureSummary, of disk: Disk) {
        let sizes = "\(DiskTable.size(summary.imageBytes)) as \(DiskTable.size(summary.sentBytes))"
        services.console.say("  captured  \(summary.destination): \(sizes)")
        services.console.say("  image     \(summary.imageChecksum)")
        services.console.say("  file      \(summary.fileChecksum)")
        let line =
            "captured \(disk.devicePath) to \(summary.destination): \(sizes), IMAGE_CHECKSUM=\(summary.imageChecksum.hex) "
            + "IMAGE_DOWNLOAD_CHECKSUM=\(summary.fileChecksum)"
        services.agentLog.note(line)
        services.controller?.events.post(Event(.progress, step: .captureDisk, message: line))
    }

    /// Tells the controller. No system was installed that could be jumped into: HANDOVER=kexec, the default, is a restart
    /// here, as after a deprovisioning.
    func reportCaptured() -> Step<CapturedDisk, ReadyToLeave> {
        Step(.reportSuccess) { captured, progress in
            await deliverSuccess(of: captured.job, nil, progress)
            let wanted = AgentOutcome(captured.job.vars.handover)
            return ReadyToLeave(job: captured.job, outcome: wanted == .kexec ? .restart : wanted)
        }
    }
}

/// The vars name no place for the image.
struct NoCaptureURL: ExplainedError {
    var description: String { "there is nowhere to put the image" }
    var advice: String { "set CAPTURE_URL to a URL that takes PUT" }
}
