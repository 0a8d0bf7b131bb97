import BlockDevices
import DeployVars
import Diagnostics
import HTTPProxies
import ImageSources
import ImageStreaming
import LinuxSystem
import Pipeline
import ProvisioningAPI
import TargetSystem

extension ImageSourceError: TransientError {
    /// Whether the server or the way to it may be better next time.
    public var mayPass: Bool {
        switch self {
        case .unreachable, .proxy, .certificate, .noMirror: true
        case .status(_, let code, _): code >= 500 || code == 408 || code == 425 || code == 429
        // The stream itself has tried ten times to read on.
        case .stalled, .interrupted: false
        case .invalidLocation, .redirect, .changed, .differs, .noParts, .noDiskImage, .registryAccess, .damaged,
            .cancelled:
            false
        }
    }
}

extension Steps {
    /// Reads the image's start: it can be had, it is a disk image, and it fits the disk. Writes nothing.
    func preflight() -> Step<ChosenDisk, Preflighted> {
        Step(.preflight) { chosen, progress in
            let vars = chosen.job.vars
            let image = vars.image
            try requireDriver(of: chosen.target.mirror)
            let source = try imageSource(vars)
            let disk = chosen.disk
            progress("finding out what the image is checked by")
            let options = try await TrustRequest(image).resolved(
                for: image.locations, options: try httpOptions(vars))
            progress("reading the image's start")
            let facts = try await ImagePreflight.inspect(
                source, diskSize: disk.sizeBytes, logicalSectorSize: disk.logicalSectorSize, disk: disk.devicePath,
                content: image.mode == .partition ? .fileSystem : .wholeDisk, options: options)
            try vars.root.selector.checkPossible(in: facts.imageTable)
            let plan =
                "\(facts.kind), \(DiskTable.size(facts.declaredSize)), "
                + "decoder memory \(DiskTable.size(facts.decoderMemory))"
            services.console.say("  image     \(facts.origin.name), \(plan)")
            services.agentLog.note("image \(facts.origin.name), \(plan)")
            for line in options.trustLines + (facts.note.map { [$0] } ?? []) { services.agentLog.note(line) }
            return Preflighted(
                job: chosen.job, target: chosen.target, source: source, facts: facts, options: options)
        }
    }

    private func imageSource(_ vars: DeployVars) throws -> any ImageSource {
        guard !vars.image.mirrors.isEmpty else { throw NoImage() }
        return try MirroredImageSource(locations: vars.image.locations, options: try httpOptions(vars))
    }

    private func httpOptions(_ vars: DeployVars) throws -> HTTPOptions {
        let image = vars.image
        var options = HTTPOptions()
        options.extraTrustRoots = DeployDirectory.extraAuthorities
        options.proxies = try ProxySettings(vars.proxies)
        options.registryCredentials = DeployDirectory.registryCredentials
        options.allowsInsecureTransport = vars.authorization.allowsInsecureTransport
        options.userAgent = "martlet/\(Version.current)"
        options.isVerified = image.checksum != nil || image.downloadChecksum != nil || image.signatureURL != nil
        options.notice = notice(of: .writeImage)
        options.headers = Secret(image.headers.map { .init(name: $0.revealed.name, value: $0.revealed.value) })
        return options
    }

    /// Frees the disk, and what other disks WIPE_DISKS and RAID_CLEANUP name, of what stands on it and of its
    /// signatures. The first step that writes.
    func releaseDisk() -> Step<Preflighted, ReleasedDisk> {
        Step(.releaseDisk) { image, progress in
            ReleasedDisk(image: image, pinned: try await release(image.target, for: image.job, progress))
        }
    }

    /// Writes the image's body and verifies it; head and tail stay in memory until the seal.
    func writeImage() -> Step<ReleasedDisk, WrittenDisk> {
        Step(.writeImage) { released, progress in
            try released.pinned.verify()
            let clock = ContinuousClock()
            let start = clock.now
            let options = released.image.options
            let members = try await offPool("open mirror") {
                options.verifiesReadback ? try released.pinned.array?.openMembers() ?? [] : []
            }
            let withheld = try await ImageWriter.write(
                released.image.source, to: try released.pinned.descriptor(), members: members,
                facts: released.image.facts, options: options, notice: notice(of: .writeImage)
            ) { state in
                progress(describe(state, after: clock.now - start), percent: state.percent)
            }
            try released.pinned.array?.requireBothWritten()
            let summary = withheld.summary
            services.agentLog.note(
                "wrote \(summary.imageBytes) bytes from \(summary.servedBytes) served, in \(summary.duration)"
                    + summary.verified.map { "; \($0.algorithm) holds" }.joined()
                    + (summary.signer.map { "; signed by \($0)" } ?? "")
                    + (summary.isReadBack ? "; read back" : "")
                    + (summary.resumes == 0 ? "" : "; connections taken up again: \(summary.resumes)")
                    + (summary.retriedWrites == 0 ? "" : "; writes tried once more: \(summary.retriedWrites)"))
            return WrittenDisk(job: released.job, pinned: released.pinned, withheld: withheld)
        }
    }

    private func describe(_ state: ImageProgress, after elapsed: Duration) -> String {
        let size = "\(DiskTable.size(state.imageBytes)) of \(DiskTable.size(state.declaredSize))"
        if state.isReadingBack { return "\(size) read back" }
        let rate = Double(state.imageBytes) / max(elapsed / .seconds(1), 0.001) / 1_000_000
        let left = remainingTimeText(elapsed: elapsed, percent: state.percent)
        return "\(size) at \(Int(rate)) MB/s" + (left.map { ", \($0)" } ?? "")
    }

    /// Writes tail and head, and so makes the disk bootable: the last thing that is written.
    func sealDisk() -> Step<LoadedDisk, SealedDisk> {
        Step(.sealDisk) { loaded, _ in
            let written = loaded.written
            let summary = try await offPool("seal disk") {
                try written.pinned.retake()
                let summary = try withinSealLimit(of: written.pinned.disk) { requireTime in
                    let members = try written.pinned.array?.openMembers() ?? []
                    return try written.withheld.seal(
                        on: try written.pinned.descriptor(), members: members, notice: notice(of: .sealDisk)
                    ) {
                        try requireTime()
                        try written.pinned.array?.requireBothWritten()
                    }
                }
                written.pinned.drop()
                endMirror(written.pinned)
                return summary
            }
            try RescueFiles.protectSealedDisk()
            return SealedDisk(job: loaded.job, outcome: loaded.outcome, summary: summary)
        }
    }

    /// Seals for ten minutes at most. What hangs longer goes on in its thread if the disk ever answers, but does not make it
    /// bootable any more once that was called a failure.
    ///
    /// - Parameter seal: is given a closure that throws once the time is over.
    private func withinSealLimit(
        of disk: Disk, _ seal: @escaping @Sendable (_ requireTime: () throws -> Void) throws -> ImageWriteSummary
    ) throws -> ImageWriteSummary {
        let limit = Duration.seconds(600)
        let isOver = Monitor(false)
        let stuck = ImageWriteError.stuck(disk: disk.devicePath, call: "seal", waited: limit)
        do {
            return try watched("seal", device: disk.devicePath, timeout: limit) {
                try seal { if isOver.update({ $0 }) { throw stuck } }
            }
        } catch is StuckCallError {
            isOver.update { $0 = true }
            throw stuck
        }
    }

    /// Says on the console, in the log and in an event what the image's source or the disk did that was tried once more.
    private func notice(of step: StepName) -> @Sendable (String) -> Void {
        { [services] notice in
            services.log.warning("\(notice)")
            services.controller?.events.post(Event(.progress, step: step, message: notice))
        }
    }
}

/// The vars name no image.
struct NoImage: ExplainedError {
    var description: String { "no image is given" }
    var advice: String { "set IMAGE to the URL of a disk image" }
}
