import BlockDevices
import Diagnostics
import Glibc
import InitRuntime
import LinuxSystem
import NetworkBringUp

/// What an operator can type at the ramdisk's `martlet# ` prompt.
public enum RamdiskCommand: String, CaseIterable, Sendable {
    case status, disks, net, log, plan, vars, inventory, retry, reboot, poweroff

    /// The list that `martlet help` prints.
    static var help: String {
        "usage: martlet COMMAND\n"
            + allCases.map { command in
                let name = command.rawValue
                return "  \(name)\(String(repeating: " ", count: max(11 - name.count, 1)))\(command.summary)"
            }.joined(separator: "\n") + "\nexample: martlet disks"
    }

    private var summary: String {
        switch self {
        case .status: "what the agent is doing, or why it failed"
        case .disks: "every disk, with serial, WWN, size and what uses it"
        case .net: "links, addresses, routes and name servers"
        case .log: "the agent's log"
        case .plan: "the steps of every MODE"
        case .vars: "the vars in use, secrets masked"
        case .inventory: "what the controller is told about this machine, as JSON"
        case .retry: "start over from the first step"
        case .reboot: "restart the machine"
        case .poweroff: "power the machine off"
        }
    }

    /// Carries the command out.
    ///
    /// - Returns: the exit status.
    func run() async -> Int32 {
        do {
            switch self {
            case .status: print(try Files.readText(RunFiles.status), terminator: "")
            case .disks:
                let disks = DeviceIdentity.completing(try BlockSysfs().disks()) { complain("disks: \($0)", "") }
                print(DiskTable.report(DiskContents.reading(disks)))
            case .net: print(try NetworkReport.text())
            case .log: printLog()
            case .plan: print(PlanListing.all + PlanListing.notes(on: try? Files.readText(RunFiles.vars)))
            case .vars:
                guard Files.exists(RunFiles.vars) else { throw NoVarsInUse() }
                print(MaskedVars.text(try Files.readText(RunFiles.vars)), terminator: "")
            case .inventory: print(try await InventoryCollection.json())
            case .retry: try Signals.send(SIGHUP, to: 1)
            case .reboot: try Signals.send(SIGTERM, to: 1)
            case .poweroff: try Signals.send(SIGUSR2, to: 1)
            }
            return 0
        } catch {
            complain("\(rawValue): \(error.explanation)", error.advisedAction)
            return 1
        }
    }

    private func printLog() {
        for path in [RunFiles.log + ".1", RunFiles.log] {
            guard let text = try? Files.readText(path) else { continue }
            print(text, terminator: "")
        }
    }
}

/// Nothing has been read and found valid yet.
private struct NoVarsInUse: ExplainedError {
    var description: String { "no valid vars have been read yet" }
    var advice: String { "`martlet status` says what the agent is waiting for or why it failed" }
}
