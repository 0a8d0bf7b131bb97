import LabKit
import Testing

@Suite struct CrashVMTests {
    @Test func anAgentKilledInTheMiddleOfTheWriteIsReportedAndGivesTheShell() async throws {
        try await Lab.run("agent-crash") { lab in
            let disk = try await lab.diskWithOldSystem()
            let size = try DiskFile(existing: try Artefact.tinyImage("raw").path).size
            let vars = try lab.tinyGuestVars("raw")
            lab.images.set(HTTPFault(.throttled(bytesPerSecond: size / 20)), for: "/tiny.raw")
            // A job of the operator's that outlives the shell finds PID 1's child, the same program, and kills it.
            var overlay = lab.overlay(vars)
            overlay.addDirectory("lab")
            overlay.add(
                "lab/crash",
                text: """
                    sleep 6
                    for process in /proc/[0-9]*; do
                        [ $process != /proc/1 ] && [ "$(readlink $process/exe)" = "$(readlink /proc/1/exe)" ] &&
                            kill -SEGV ${process#/proc/}
                    done

                    """)
            let machine = try await lab.powerOn(
                lab.machine(
                    overlay: overlay, arguments: ["martlet.break=write-image"], disks: [MachineDisk(disk)]))
            let console = machine.console
            try await console.expectBreak(before: "write-image")
            try await console.run("(setsid sh /lab/crash > /dev/null 2>&1 < /dev/null &)")
            try console.leaveBreak()

            let failure = try await console.expectFailure(of: "agent", within: 120)
            #expect(failure.cause.contains("write-image"), "the cause names the step it died in")
            let report = try await lab.controller.waitFor("/error", within: 60)
            #expect(report.text.hasPrefix("step agent failed: "))
            #expect(!lab.controller.finishedSteps.contains("write-image"))
            // PID 1 lives, and so do the commands.
            try await console.run("martlet disks")
            try await machine.cutPower()
            #expect(try disk.hasNoPartitionTable)
        }
    }
}
