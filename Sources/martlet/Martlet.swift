import ArgumentParser
import ProvisioningAPI

/// The operator's command line.
@main
struct Martlet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet",
        abstract: "Bare-metal provisioning: write and capture images, serve machines, build the initramfs.",
        discussion: """
            Exit status: 0 done, 1 failed, 64 wrong usage.

            Example:
              martlet write https://images.example.org/debian-12.raw.zst /dev/nvme0n1
            """,
        version: Version.current,
        subcommands: [WriteCommand.self, CaptureCommand.self, ServeCommand.self, InitrdCommand.self])
}
