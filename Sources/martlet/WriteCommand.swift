import ArgumentParser
import CLinux
import Diagnostics
import Glibc
import ImageSources
import ImageStreaming
import LinuxSystem

/// `martlet write`: an image to a disk of this machine.
struct WriteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "write",
        abstract: "Write a disk image to a disk or a file.",
        discussion: """
            The image is a raw or qcow2 image of a whole disk with a GPT or an MBR, as it is or compressed by gzip, xz, \
            zstd, lz4 or bzip2. It is checked before the first byte is written, and the partition table is written last: \
            a disk that was written only in part does not boot. A GPT's backup goes to the disk's true end.

            In a registry the image is the only layer, or the only file in that; the password is that of docker login. \
            Proxies come from http_proxy, https_proxy and no_proxy.

            Example:
              martlet write https://images.example.org/debian-12.raw.zst /dev/nvme0n1 --checksum sha256:HEX
            """)

    @Argument(help: "The image: an http or https URL, oci://HOST/NAME:TAG, or a path.")
    var source: String
    @Argument(help: "A block device, or a regular file that exists and is large enough.")
    var device: String
    @Option(
        help:
            "Another place of the same image; may be given several times. The first to answer is read, others if it fails."
    )
    var mirror: [String] = []
    @OptionGroup
    var fetch: FetchOptions
    @Flag(help: "Let registries that do not speak TLS, and the password for them, cross the network in clear.")
    var insecureTransport = false
    @OptionGroup
    var trust: TrustOptions
    @Flag(help: "Progress and summary as JSON lines on standard output.")
    var json = false
    @Flag(help: "Do not ask before writing.")
    var yes = false

    func run() async throws {
        let report = WriteReport(isJSON: json, device: device)
        try await runCommand(report.failed) {
            defer { report.pause() }
            try await write(report)
        }
    }

    func validate() throws {
        do {
            for location in [source] + mirror { _ = try ImageLocation(location) }
        } catch {
            throw ValidationError("\(error)")
        }
    }

    private func write(_ report: WriteReport) async throws {
        var http = try fetch.options(notice: report.noticed)
        http.registryCredentials = Self.registryCredentials
        http.allowsInsecureTransport = insecureTransport
        http.isVerified = trust.isGiven
        let locations = [source] + mirror
        let image = try MirroredImageSource(locations: locations, options: http)
        let target = try TargetDevice(device)
        for location in locations {
            if case .file(let path) = try ImageLocation(location) { try target.refuse(source: path) }
        }
        let disk = try WriteTarget(target.descriptor)
        let options = try await trust.request().resolved(for: locations, options: http)
        options.trustLines.forEach(report.noticed)
        let facts = try await ImagePreflight.inspect(
            image, diskSize: disk.size, logicalSectorSize: disk.sectorSize, disk: device, options: options)
        if !yes, isatty(STDIN_FILENO) == 1 { try ask(disk) }
        report.inspected(facts)
        facts.note.map(report.noticed)
        let descriptor = target.descriptor
        do {
            let summary = try await heedingSignals {
                let table = try await ImageWriter.write(
                    image, to: descriptor, facts: facts, options: options, notice: report.noticed,
                    progress: report.progressed)
                return try table.seal(on: descriptor, notice: report.noticed)
            }
            target.rereadPartitions()
            report.finished(summary)
        } catch is CancellationError {
            throw Interrupted(
                outcome: "\(device) is unfinished, and boots no more if anything was written to it",
                advice: "run the same command again; it begins at the start")
        }
    }

    /// Where docker and its like keep passwords: `DOCKER_CONFIG`, else `~/.docker`.
    private static var registryCredentials: String? {
        let directory = environmentVariable("DOCKER_CONFIG") ?? environmentVariable("HOME").map { "\($0)/.docker" }
        return directory.map { "\($0)/config.json" }
    }

    private func ask(_ disk: WriteTarget) throws {
        let size = sizeText(disk.size)
        standardError("Everything on \(device) (\(size)) will be overwritten. Type yes to go on: ", newline: false)
        guard readLine() == "yes" else {
            standardError("martlet: nothing was written")
            throw ExitCode(1)
        }
    }
}

/// The value of an environment variable, if it is set.
func environmentVariable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

/// Writes a line, or a part of one, to standard error.
func standardError(_ text: String, newline: Bool = true) {
    write(newline ? text + "\n" : text, to: STDERR_FILENO)
}

/// Writes a line to standard output at once, also into a pipe.
func standardOutput(_ line: String) {
    write(line + "\n", to: STDOUT_FILENO)
}

private func write(_ text: String, to number: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
        let written = rest.withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
        guard written > 0 else { return }
        rest = rest.dropFirst(written)
    }
}
