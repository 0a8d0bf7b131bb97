import ArgumentParser

/// The lab's own command: shows the product on machines in QEMU.
@main
struct LabCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lab", abstract: "Machines in QEMU that show and try Martlet.", subcommands: [DemoCommand.self])
}
