import ArgumentParser
import Diagnostics
import Glibc
import ImageSources
import ImageStreaming
import LinuxSystem

/// `martlet capture`: a disk of this machine to an image.
struct CaptureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capture",
        abstract: "Capture a disk as an image.",
        discussion: """
            The image is raw, as long as the disk and compressed by zstd; `martlet write` writes it back. Blocks that a \
            clean ext4 or XFS calls free are zeros in it. The disk is only read, and must not be in use. The image's \
            SHA-256 is laid beside it, in a file with .sha256 behind its name.

            Example:
              martlet capture /dev/nvme0n1 https://images.example.org/web-1.raw.zst
            """)

    @Argument(help: "A block device, or a regular file.")
    var device: String
    @Argument(help: "Where the image goes: an http or https URL that takes PUT, a path, or - for standard output.")
    var destination: String
    @Flag(help: "Send a form with the file BootyImage by POST, as the server of the Go agent takes it.")
    var form = false
    @OptionGroup
    var fetch: FetchOptions
    @Flag(help: "Read free blocks of file systems as well.")
    var everything = false
    @Option(help: "How much to compress, from 1 (fast) to 19 (small).")
    var level: Int32 = 3
    @Flag(help: "Progress and summary as JSON lines on standard output, or on standard error beside an image there.")
    var json = false

    func run() async throws {
        let report = CaptureReport(isJSON: json, isOutputTaken: destination == "-", device: device)
        try await runCommand(report.failed) {
            defer { report.pause() }
            try await capture(report)
        }
    }

    func validate() throws {
        guard (1...19).contains(level) else { throw ValidationError("--level is from 1 to 19") }
        guard destination != "-" else {
            if isatty(STDOUT_FILENO) == 1 { throw ValidationError("standard output is a terminal") }
            return
        }
        do {
            let location = try ImageLocation(destination)
            if form, case .file = location { throw ValidationError("--form needs a URL") }
        } catch let error as ImageSourceError {
            throw ValidationError("\(error)")
        }
    }

    private func capture(_ report: CaptureReport) async throws {
        let place = try place(report)
        let source = try TargetDevice(device, for: .capturing).descriptor
        let leavesOutFree = !everything
        let inspection = try await offPool("inspect") {
            try CaptureInspection.inspect(source, leavesOutFree: leavesOutFree)
        }
        report.inspected(inspection)
        let level = level
        do {
            let summary = try await heedingSignals {
                var options = ImageCapture.Options()
                options.level = level
                return try await ImageCapture.capture(
                    source, extents: inspection.extents, to: place, options: options, notice: report.noticed,
                    progress: report.progressed)
            }
            report.finished(summary)
        } catch is CancellationError {
            throw Interrupted(outcome: "\(place.name) has no whole image", advice: "")
        }
    }

    private func place(_ report: CaptureReport) throws -> any ImageDestination {
        guard destination != "-" else {
            // A descriptor of its own, which may be closed.
            let output = try systemCall("dup", "standard output") { dup(STDOUT_FILENO) }
            return StreamImageDestination(Descriptor(owning: output, name: "standard output"))
        }
        switch try ImageLocation(destination) {
        case .file(let path): return FileImageDestination(path)
        case .oci: throw NoPush(destination: destination)
        case .http(let location):
            let http = try fetch.options(notice: report.noticed)
            let name = device.split(separator: "/").last.map(String.init) ?? "disk"
            return HTTPImageDestination(
                location, fileName: name + ".raw.zst", method: form ? .form : .put, options: http)
        }
    }
}

/// A registry wants images in parts and with a manifest.
private struct NoPush: ExplainedError {
    let destination: String
    var description: String { "an image cannot be captured to \(destination): registries are only read from" }
    var advice: String { "capture to a file, and push that with the registry's own tools" }
}
