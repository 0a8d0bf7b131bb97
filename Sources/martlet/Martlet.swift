import ArgumentParser

/// The operator's command line.
@main
struct Martlet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet",
        abstract: "Bare-metal provisioning: write images, serve machines, build the initramfs.",
        discussion: """
            Exit status: 0 done, 1 failed, 64 wrong usage.

            Example:
              martlet write https://images.example.org/debian-12.raw.zst /dev/nvme0n1
            """,
        version: "0.1.0",
        subcommands: [WriteCommand.self, ServeCommand.self, InitrdCommand.self])
}
