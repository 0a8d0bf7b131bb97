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
        case .invalidLocation, .redirect, .changed, .noParts, .noDiskImage, .registryAccess, .damaged, .cancelled: false
        }
    }
}

extension Steps {
    /// Reads the image's start: it can be had, it is a disk image, and it fits the disk. Writes nothing.
    func preflight() -> Step<ChosenDisk, Preflighted> {
        Step(.preflight) { chosen, progress in
            progress("reading the image's start")
            let source = try imageSource(chosen.job.vars)
            let disk = chosen.disk
            let facts = try await ImagePreflight.inspect(
                source, diskSize: disk.sizeBytes, logicalSectorSize: disk.logicalSectorSize, disk: disk.devicePath)
            try chosen.job.vars.root.selector.checkPossible(in: facts.imageTable)
            services.agentLog.note(
                "image \(facts.origin.name), \(facts.kind), \(DiskTable.size(facts.declaredSize)), "
                    + "decoder memory \(DiskTable.size(facts.decoderMemory))")
            return Preflighted(job: chosen.job, disk: disk, source: source, facts: facts)
        }
    }

    private func imageSource(_ vars: DeployVars) throws -> any ImageSource {
        let image = vars.image
        guard !image.mirrors.isEmpty else { throw NoImage() }
        var options = HTTPOptions()
        options.extraTrustRoots = DeployDirectory.extraAuthorities
        options.proxies = try ProxySettings(vars.proxies)
        options.registryCredentials = DeployDirectory.registryCredentials
        options.allowsInsecureTransport = vars.authorization.allowsInsecureTransport
        options.userAgent = "martlet/\(Version.current)"
        options.isVerified = image.checksum != nil || image.downloadChecksum != nil
        options.notice = { [services] notice in
            services.log.warning("\(notice)")
            services.controller?.events.post(Event(.progress, step: .writeImage, message: notice))
        }
        options.headers = Secret(image.headers.map { .init(name: $0.revealed.name, value: $0.revealed.value) })
        return try MirroredImageSource(locations: image.locations, options: options)
    }

    /// Frees the disk, and what other disks WIPE_DISKS and RAID_CLEANUP name, of what stands on it and of its
    /// signatures. The first step that writes.
    func releaseDisk() -> Step<Preflighted, ReleasedDisk> {
        Step(.releaseDisk) { image, progress in
            ReleasedDisk(image: image, pinned: try await release(image.disk, for: image.job, progress))
        }
    }

    /// Releases the chosen disk, erases it when that is asked for, and says what was done.
    func release(_ disk: Disk, for job: Configured, _ progress: StepProgress) async throws -> PinnedDisk {
        let (again, media) = try await chooseBesideMedia(BlockDevices.DiskHints(job.vars))
        guard again.name == disk.name, again.sequence == disk.sequence else {
            throw OtherDisk(chosen: disk.devicePath, now: again.devicePath)
        }
        await services.formerPartitions.note(disk)
        try await endInterruptedErase(of: disk, progress)
        let scope = ReleaseScope(job.vars.preparation, bootMedia: media)
        let (pinned, report) = try await offPool("release disk") { try DiskRelease().release(disk, scope: scope) }
        for line in report.lines {
            services.console.say("  \(line)")
            services.agentLog.note(line)
        }
        services.onFailure { pinned.drop() }
        try await eraseIfAsked(pinned, job.vars.preparation, progress)
        return pinned
    }

    /// Writes the image's body and verifies it; head and tail stay in memory until the seal.
    func writeImage() -> Step<ReleasedDisk, WrittenDisk> {
        Step(.writeImage) { released, progress in
            var options = ImageWriter.Options()
            options.checksum = checksum(released.job.vars.image.checksum)
            options.downloadChecksum = checksum(released.job.vars.image.downloadChecksum)
            try released.pinned.verify()
            let clock = ContinuousClock()
            let start = clock.now
            let withheld = try await ImageWriter.write(
                released.image.source, to: try released.pinned.descriptor(), facts: released.image.facts,
                options: options
            ) { state in
                let seconds = max((clock.now - start) / .seconds(1), 0.001)
                let rate = Double(state.imageBytes) / seconds / 1_000_000
                progress("\(DiskTable.size(state.imageBytes)) at \(Int(rate)) MB/s", percent: state.percent)
            }
            let summary = withheld.summary
            services.agentLog.note(
                "wrote \(summary.imageBytes) bytes from \(summary.servedBytes) served, in \(summary.duration)"
                    + summary.verified.map { "; \($0.algorithm) holds" }.joined())
            return WrittenDisk(job: released.job, pinned: released.pinned, withheld: withheld)
        }
    }

    private func checksum(_ source: ChecksumSource?) -> ImageStreaming.ImageChecksum? {
        guard case .digest(let sum)? = source else { return nil }
        let algorithm: ImageStreaming.ImageChecksum.Algorithm = sum.algorithm == .sha256 ? .sha256 : .sha512
        return ImageStreaming.ImageChecksum(algorithm, hex: sum.hex)
    }

    /// Writes tail and head, and so makes the disk bootable: the last thing that is written.
    func sealDisk() -> Step<LoadedDisk, SealedDisk> {
        Step(.sealDisk) { loaded, _ in
            let written = loaded.written
            try await offPool("seal disk") {
                try written.pinned.retake()
                try watched("seal", device: written.pinned.disk.devicePath, timeout: .seconds(600)) {
                    try written.withheld.seal(on: try written.pinned.descriptor())
                }
                written.pinned.drop()
            }
            try RescueFiles.protectSealedDisk()
            return SealedDisk(job: loaded.job, outcome: loaded.outcome, summary: written.withheld.summary)
        }
    }
}

/// What matches the hints is not the disk that was chosen.
struct OtherDisk: ExplainedError {
    let chosen: String
    let now: String
    var description: String { "\(chosen) was chosen, but by now \(now) is what matches: disks came or went meanwhile" }
    var advice: String { "look at `martlet disks`, then `martlet retry`" }
}

/// The vars name no image.
struct NoImage: ExplainedError {
    var description: String { "no image is given" }
    var advice: String { "set IMAGE to the URL of a disk image" }
}
