import LabKit
import Testing

@Suite struct RescuePasswordVMTests {
    @Test func theShellOpensWithThePasswordAloneAndAFailureThatIsMendedIsRetriedFromIt() async throws {
        try await Lab.run("rescue-password") { lab in
            // openssl passwd -6 -salt martletlab open-sesame
            let hash =
                "$6$martletlab$0ElcE0eRY3umwBmiyUiz7pLv8m"
                + "qMc54ANnsiAMvvmbWNO6aVYkn3gz.SQdNcdk/UzpfJiUGKyxbi9IEYymjI71"
            let vars = try lab.tinyGuestVars().merging(["RESCUE_PASSWORD_HASH": hash])
            lab.images.set(HTTPFault(.status(404, retryAfter: nil)), for: "/tiny.zst")
            let machine = try await lab.powerOn(
                lab.machine(overlay: lab.overlay(vars), disks: [MachineDisk(try lab.targetDisk())]))
            let console = machine.console

            try await console.expect("martlet: FAILED step preflight: ", within: 120)
            #expect(try await console.expect("\n", within: 5).contains("404"))
            try await Self.answer("open-barley", on: console)
            try await console.expect("Login incorrect", within: 30, stops: [SerialConsole.rescuePrompt])
            try await Self.answer("open-sesame", on: console)
            try await console.expect(SerialConsole.rescuePrompt, within: 30)
            // The next shell asks again.
            try console.type("exit\n")
            try await Self.answer("open-sesame", on: console)
            try await console.expect(SerialConsole.rescuePrompt, within: 30)

            lab.images.set(nil, for: "/tiny.zst")
            try console.type("martlet retry\n")
            try await console.expectTinyGuest(hostname: "lab-guest")
            #expect(lab.controller.calls(to: "/error").count == 1)
            #expect(lab.controller.calls(to: "/success").map(\.text) == ["provisioning complete"])
            try lab.checkSecrecy([hash, "open-sesame"])
        }
    }

    /// Answers the question for the password; nothing but the question may come before.
    private static func answer(_ password: String, on console: SerialConsole) async throws {
        try await console.expect("Give root password", within: 60, stops: [SerialConsole.rescuePrompt])
        try await console.expect("normal startup):", within: 10)
        // The echo goes off only after the question.
        try await Task.sleep(for: .milliseconds(500))
        try console.type(password + "\n")
    }
}
