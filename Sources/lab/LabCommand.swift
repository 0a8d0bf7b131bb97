import ArgumentParser
import Diagnostics
import Foundation
import LabKit

/// The lab's own command: shows the product on machines in QEMU.
@main
struct LabCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lab", abstract: "Machines in QEMU that show and try Martlet.",
        subcommands: [DemoCommand.self, BenchCommand.self])
}

extension Error {
    /// Tells the operator on standard error what failed, in these words, and what to try; returns the status to end with.
    func told(as what: String) -> ExitCode {
        let advice = advisedAction
        let text = "\nlab: \(what)\(advice.isEmpty ? "" : "; \(advice)")\n"
        FileHandle.standardError.write(Data(text.utf8))
        return ExitCode(1)
    }
}

extension Accelerator: ExpressibleByArgument {}
