import LabKit
import Testing

@Suite struct SecrecyVMTests {
    @Test func aTokenForPlainHTTPWithoutLeaveIsRefusedBeforeAnythingHappens() async throws {
        try await Lab.run("insecure-transport") { lab in
            let disk = try lab.targetDisk(filledWith: 9)
            let before = try disk.fingerprint()
            var vars = try lab.tinyGuestVars()
            vars["INSECURE_TRANSPORT"] = nil
            let machine = try await lab.powerOn(
                lab.machine(overlay: lab.overlay(vars), disks: [MachineDisk(disk)]))

            let failure = try await machine.console.expectFailure(of: "vars")
            #expect(failure.block.contains("INSECURE_TRANSPORT"))
            try await machine.cutPower()
            #expect(lab.controller.calls.allSatisfy { $0.header("Authorization") == nil })
            #expect(lab.controller.calls(to: "/init").isEmpty)
            #expect(lab.images.accesses.isEmpty)
            #expect(try disk.fingerprint() == before)
        }
    }

    @Test func noSecretReachesTheConsoleALogAnEventOrAReport() async throws {
        try await Lab.run("secrecy") { lab in
            let secrets = (user: "s3cr3t-userinfo", query: "s3cr3t-query", header: "s3cr3t-header", seed: "s3cr3t-seed")
            var vars = try lab.tinyGuestVars()
            vars["IMAGE"] =
                (vars["IMAGE"] ?? "").replacing("http://", with: "http://lab:\(secrets.user)@")
                + "?signature=\(secrets.query)"
            vars["IMAGE_HEADERS"] = "X-Lab-Key: \(secrets.header)"
            // A failure after the write makes the agent tell all it may: block, error, log and diagnostic report.
            vars["IMAGE_CHECKSUM"] = String(repeating: "1", count: 64)
            var overlay = lab.overlay(vars)
            overlay.add("deploy/nocloud/user-data", text: "#cloud-config\npassword: \(secrets.seed)\n")
            let machine = try await lab.powerOn(
                lab.machine(
                    overlay: overlay, arguments: ["martlet.debug"], disks: [MachineDisk(try lab.targetDisk())]))

            _ = try await machine.console.expectFailure(of: "write-image", within: 240)
            for word in ["status", "disks", "net", "log", "plan"] {
                try await machine.console.run("martlet \(word)")
            }
            try await machine.console.run("dmesg", within: 60)
            try await lab.controller.waitFor("/error", within: 60)
            let report = try await lab.controller.waitFor("/debug", within: 60)
            #expect(report.header("Content-Encoding") == "gzip")
            #expect(report.text.contains("write-image"), "the report was unpacked and is text")
            #expect(!lab.controller.log.isEmpty)
            // The token was in use all the time: it is absent for lack of leaks, not of a token.
            #expect(lab.controller.calls.allSatisfy { $0.header("Authorization") == "Bearer \(lab.token)" })
            try await machine.cutPower()
            try lab.checkSecrecy([lab.token, secrets.user, secrets.query, secrets.header, secrets.seed])
        }
    }
}
