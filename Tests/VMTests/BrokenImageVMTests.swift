import Foundation
import LabKit
import Testing

@Suite struct BrokenImageVMTests {
    @Test func anImageThatEndsAtSixtyPercentFailsAndNamesTheOffset() async throws {
        try await Lab.run("image-truncated") { lab in
            var vars = try lab.tinyGuestVars()
            let image = try Data(contentsOf: URL(fileURLWithPath: try Artefact.tinyImage("zst").path))
            let end = image.count * 60 / 100
            vars["IMAGE"] = lab.images.serve("/short.zst", bytes: image.prefix(end))

            let failure = try await Self.failToWrite(lab, vars)
            #expect(failure.block.contains(String(end)), "the offset in the bytes as served")
        }
    }

    @Test func anImageWithAnotherChecksumFailsAfterTheBodyAndBootsNowhere() async throws {
        try await Lab.run("image-checksum") { lab in
            var vars = try lab.tinyGuestVars()
            let wrong = String(repeating: "0", count: 64)
            vars["IMAGE_CHECKSUM"] = lab.images.serve("/SHA256SUMS", bytes: Array("\(wrong)  tiny\n".utf8))

            let failure = try await Self.failToWrite(lab, vars)
            let right = try DiskFile(existing: try Artefact.tinyImage("raw").path).sha256()
            #expect(failure.block.contains(right) && failure.block.contains(wrong))
        }
    }

    /// The image is signed as well, and the disk is read back.
    @Test func anImageServerThatBreaksOffOnceCostsATryAndNoMore() async throws {
        try await Lab.run("image-reset-once") { lab in
            var vars = try lab.tinyGuestVars()
            try await Self.sign(try Artefact.tinyImage("zst").path, lab, &vars)
            vars["IMAGE_VERIFY_READBACK"] = "true"
            lab.images.set(HTTPFault(.truncated(percent: 60), times: 2), for: "/tiny.zst")
            let machine = try await lab.powerOn(
                lab.machine(overlay: lab.overlay(vars), disks: [MachineDisk(try lab.targetDisk())]))

            try await machine.console.expectTinyGuest(hostname: "lab-guest")
            #expect(lab.images.requestCount("/tiny.zst") >= 2)
            #expect(lab.controller.events.contains { $0.message?.contains("reading on from there") == true })
        }
    }

    /// Signs an image by a new key of minisign, and serves the signature.
    private static func sign(_ image: String, _ lab: Lab, _ vars: inout VarsText) async throws {
        let (key, secret, signature) = (lab.path("key"), lab.path("secret"), lab.path("signature"))
        try await HostTool.run(["minisign", "-GW", "-p", key, "-s", secret])
        try await HostTool.run(["minisign", "-S", "-s", secret, "-m", image, "-x", signature])
        let lines = try String(contentsOfFile: key, encoding: .utf8).split(separator: "\n")
        vars["IMAGE_ED25519_PUBKEY"] = String(try #require(lines.last))
        vars["IMAGE_SIGNATURE_URL"] = lab.images.serve("/tiny.minisig", file: signature)
    }

    /// Provisions over an older system, expects the write to fail, and checks that the disk boots nowhere.
    private static func failToWrite(_ lab: Lab, _ vars: VarsText) async throws -> (cause: String, block: String) {
        let disk = try await lab.diskWithOldSystem()
        let machine = try await lab.powerOn(lab.machine(overlay: lab.overlay(vars), disks: [MachineDisk(disk)]))
        let failure = try await machine.console.expectFailure(of: "write-image", within: 300)
        let report = try await lab.controller.waitFor("/error", within: 60)
        #expect(report.text == "step write-image failed: \(failure.cause)")
        try await machine.cutPower()

        #expect(try disk.hasNoPartitionTable)
        try await lab.checkThatNoFirmwareBoots(disk)
        #expect(lab.controller.calls(to: "/success").isEmpty)
        return failure
    }
}
