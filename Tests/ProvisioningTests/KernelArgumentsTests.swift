import ProvisioningAPI
import Testing

@testable import Provisioning

@Suite struct KernelArgumentsTests {
    @Test func readsFlagsValuesAndQuotedBlanks() {
        let arguments = KernelArguments(
            "quiet console=tty0 console=ttyS0,115200 martlet.vars=\"http://h/a b?x=1\" dyndbg=\"file a +p\"\n")
        #expect(arguments.contains("quiet"))
        #expect(!arguments.contains("martlet.debug"))
        #expect(arguments.values("console") == ["tty0", "ttyS0,115200"])
        #expect(arguments.value("martlet.vars") == "http://h/a b?x=1")
        #expect(arguments.value("quiet") == nil)
    }

    @Test func breakpointsAreStepsAndTheOthersAreNamed() {
        let breakpoints = KernelArguments("martlet.break=network,nonsense martlet.break=seal-disk").breakpoints
        #expect(breakpoints.steps == [.network, .sealDisk])
        #expect(breakpoints.unknown == ["nonsense"])
    }
}

@Suite struct RoleTests {
    @Test(arguments: [
        (["agent"], Role.agent), (["disks"], .command(.disks)), ([], .help), (["--help"], .help),
        (["report-crash", "why"], .crashReport(cause: "why")), (["dance"], .unknown("dance")),
    ])
    func oneProgramHasSeveralRoles(arguments: [String], role: Role) {
        #expect(Role(arguments: arguments) == role)
    }

    @Test func everyCommandIsInTheHelp() {
        #expect(RamdiskCommand.allCases.allSatisfy { RamdiskCommand.help.contains("  \($0.rawValue) ") })
    }
}

@Suite struct PlanListingTests {
    private static func names(in listing: String) -> [String] {
        listing.split(separator: "\n").compactMap { line in
            line.split(separator: "] ").last?.split(separator: " ").first.map(String.init)
        }
    }

    @Test func theStepsHaveTheOrderAndTheNamesOfTheContract() {
        let names = StepName.allCases.map(\.rawValue)
        #expect(Self.names(in: PlanListing.provision) == names.filter { $0 != "capture-disk" })
        #expect(
            Self.names(in: PlanListing.capture) == names.prefix { $0 != "preflight" } + ["report-success", "hand-over"])
    }

    @Test func everyModeIsListedAndOnlyProvisioningWrites() {
        let plans = PlanListing.all.split(separator: "MODE=")
        let modes = ["provision", "dry-run", "deprovision", "soft-deprovision", "capture"]
        #expect(plans.map { $0.prefix { $0 != "\n" } }.map(String.init) == modes)
        #expect(plans.map { $0.contains("write-image") } == [true, false, false, false, false])
    }
}

@Suite struct MaskedVarsTests {
    @Test func secretsAreMaskedAndTheRestIsShown() {
        let text = MaskedVars.text("IMAGE=https://user:hunter22@host/i\nTOKEN=hunter33\nHOSTNAME=web\n")
        #expect(!text.contains("hunter22") && !text.contains("hunter33"))
        #expect(text.contains("HOSTNAME=web"))
    }

    @Test func varsThatCannotBeReadShowNoValueAtAll() {
        let text = MaskedVars.text("TOKEN=\"hunter33\nHOSTNAME=web\n")
        #expect(text == "TOKEN=[secret]\nHOSTNAME=[secret]\n")
    }
}

@Suite struct InventoryCollectionTests {
    @Test func socketsAreCountedOnceAndThreadsEach() {
        let block = { (number: Int, socket: Int) in
            """
            processor\t: \(number)
            model name\t: Test CPU
            cpu MHz\t\t: 2399.998
            physical id\t: \(socket)
            cpu cores\t: 2

            """
        }
        let cpus = InventoryCollection.processors([(0, 0), (1, 0), (2, 1), (3, 1)].map(block).joined(separator: "\n"))
        #expect(cpus.map(\.socket) == [0, 1])
        #expect(cpus.map(\.threads) == [2, 2])
        #expect(cpus.first?.model == "Test CPU")
        #expect(cpus.first?.cores == 2)
        #expect(cpus.first?.freqMHz == 2400)
    }

    @Test func memoryIsInBytes() {
        #expect(InventoryCollection.memory("MemTotal:        1000 kB\nMemFree: 5 kB\n") == 1_024_000)
        #expect(InventoryCollection.memory("nothing") == 0)
    }
}
