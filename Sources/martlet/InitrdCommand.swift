import ArgumentParser
import Diagnostics
import Glibc
import InitrdBuild
import LinuxSystem

/// `martlet initrd`: building the initramfs.
struct InitrdCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "initrd", abstract: "Build the initramfs that machines boot.", subcommands: [Build.self])

    /// `martlet initrd build`.
    struct Build: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Build an initramfs from a kernel package, module lists, firmware, BusyBox and the agent.",
            discussion: """
                The same input gives the same bytes. Every file has the time SOURCE_DATE_EPOCH, or 0.
                """)

        @Option(help: "An unpacked kernel package with lib/modules/RELEASE, after depmod -b.")
        var kernel: String
        @Option(help: "The kernel's release, when the package directory holds several.")
        var kernelRelease: String?
        @Option(help: "The agent's static executable; becomes /init.")
        var agent: String
        @Option(help: "A static BusyBox.")
        var busybox: String
        @Option(help: "A static gpgv, for images with OpenPGP signatures.")
        var gpgv: String?
        @Option(help: "A file with the applets' paths, as busybox --list-full prints them.")
        var applets: String
        @Option(parsing: .upToNextOption, help: "Module lists, or directories of *.list files.")
        var lists: [String]
        @Option(parsing: .upToNextOption, help: "Directories like /lib/firmware; the first that has a file wins.")
        var firmware: [String] = []
        @Option(help: "Trust anchors in PEM form.")
        var certificates: String?
        @Option(help: "zstd level, 1 (fast) to 19 (small).")
        var level: Int = 19
        @Option(help: "Where the initramfs goes.")
        var output: String

        func validate() throws {
            guard (1...19).contains(level) else { throw ValidationError("--level must be from 1 to 19") }
            guard !lists.isEmpty else { throw ValidationError("--lists needs at least one list") }
        }

        func run() throws {
            do {
                try build()
            } catch {
                let advice = error.advisedAction
                standardError("martlet: \(error.explanation)\(advice.isEmpty ? "" : "; \(advice)")")
                throw ExitCode(1)
            }
        }

        private func build() throws {
            var recipe = InitrdRecipe(
                kernelDirectory: kernel, lists: try readLists(), agent: agent, busybox: busybox,
                applets: try Files.readText(applets).split(whereSeparator: \.isWhitespace).map(String.init))
            recipe.kernelRelease = kernelRelease
            recipe.gpgv = gpgv
            recipe.firmwareDirectories = firmware
            recipe.certificates = certificates
            recipe.compressionLevel = Int32(level)
            recipe.modificationTime = try Self.sourceDate()
            let initrd = try Initrd(recipe)
            try Files.write(initrd.bytes, to: output, mode: 0o644)
            Self.describe(initrd, at: output)
        }

        private func readLists() throws -> [ModuleList] {
            try lists.flatMap { path -> [String] in
                guard let names = try? Files.list(path) else { return [path] }
                return names.filter { $0.hasSuffix(".list") }.map { "\(path)/\($0)" }
            }
            .map { path in try ModuleList(try Files.readText(path), file: path) }
        }

        private static func sourceDate() throws -> UInt32 {
            guard let value = getenv("SOURCE_DATE_EPOCH").map({ String(cString: $0) }), !value.isEmpty else { return 0 }
            guard let seconds = UInt32(value) else {
                throw ValidationError("SOURCE_DATE_EPOCH is \(value), not a number of seconds since 1970")
            }
            return seconds
        }

        private static func describe(_ initrd: Initrd, at path: String) {
            print(
                """
                \(path): \(initrd.bytes.count) bytes (\(initrd.unpackedSize) unpacked), kernel \(initrd.kernelRelease), \
                \(initrd.selection.modules.count) modules, \(initrd.firmware.count) firmware files
                """)
            if !initrd.selection.absent.isEmpty {
                print("absent from this kernel, as marked: \(initrd.selection.absent.joined(separator: " "))")
            }
            for (file, modules) in initrd.missingFirmware.sorted(by: { $0.key < $1.key }) {
                print("firmware missing: \(file) (\(modules.joined(separator: ", ")))")
            }
        }
    }
}
