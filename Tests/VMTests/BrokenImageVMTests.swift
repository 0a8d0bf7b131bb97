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

            let failure = try await Self.failToWrite(lab, vars).first
            #expect(failure.block.contains(String(end)), "the offset in the bytes as served")
        }
    }

    /// On one machine: the second try finds the right checksum, and a signature of the right key over something else.
    @Test func anImageWithAnotherChecksumOrSignatureFailsAfterTheBodyAndBootsNowhere() async throws {
        try await Lab.run("image-checksum") { lab in
            var vars = try lab.tinyGuestVars()
            let key = try await MinisignKey(in: lab)
            let raw = try Artefact.tinyImage("raw").path
            let wrong = String(repeating: "0", count: 64)
            vars["IMAGE_CHECKSUM"] = lab.images.serve("/SHA256SUMS", bytes: Array("\(wrong)  tiny\n".utf8))
            vars["IMAGE_ED25519_PUBKEY"] = key.text
            vars["IMAGE_SIGNATURE_URL"] = try await key.sign(
                try Artefact.tinyImage("zst").path, as: "/tiny.minisig", in: lab)
            let right = try DiskFile(existing: raw).sha256()

            let failures = try await Self.failToWrite(lab, vars) {
                lab.images.serve("/SHA256SUMS", bytes: Array("\(right)  tiny\n".utf8))
                _ = try await key.sign(raw, as: "/tiny.minisig", in: lab)
            }
            #expect(failures.first.block.contains(right) && failures.first.block.contains(wrong))
            let second = try #require(failures.second)
            #expect(second.cause.contains("/tiny.minisig is no signature of the minisign key "))
            #expect(second.cause.contains(" over the image as served"))
            #expect(second.block.contains("compare image, list and signature with their originals"))
        }
    }

    /// The image is signed as well, and the disk is read back.
    @Test func anImageServerThatBreaksOffOnceCostsATryAndNoMore() async throws {
        try await Lab.run("image-reset-once") { lab in
            var vars = try lab.tinyGuestVars()
            let key = try await MinisignKey(in: lab)
            vars["IMAGE_ED25519_PUBKEY"] = key.text
            vars["IMAGE_SIGNATURE_URL"] = try await key.sign(
                try Artefact.tinyImage("zst").path, as: "/tiny.minisig", in: lab)
            vars["IMAGE_VERIFY_READBACK"] = "true"
            lab.images.set(HTTPFault(.truncated(percent: 60), times: 2), for: "/tiny.zst")
            let machine = try await lab.powerOn(
                lab.machine(overlay: lab.overlay(vars), disks: [MachineDisk(try lab.targetDisk())]))

            try await machine.console.expectTinyGuest(hostname: "lab-guest")
            #expect(lab.images.requestCount("/tiny.zst") >= 2)
            #expect(lab.controller.events.contains { $0.message?.contains("reading on from there") == true })
        }
    }

    /// What a console says of a step that failed.
    private typealias Failure = (cause: String, block: String)

    /// Provisions over an older system, expects the write to fail, and checks that the disk boots nowhere.
    ///
    /// - Parameter change: what is different for a second try, which fails, too.
    private static func failToWrite(
        _ lab: Lab, _ vars: VarsText, change: (() async throws -> Void)? = nil
    ) async throws -> (first: Failure, second: Failure?) {
        let disk = try await lab.diskWithOldSystem()
        let machine = try await lab.powerOn(lab.machine(overlay: lab.overlay(vars), disks: [MachineDisk(disk)]))
        let first = try await failure(of: machine, lab, upTo: SerialConsole.rescuePrompt)
        var second: Failure?
        if let change {
            try await change()
            try machine.console.type("martlet retry\n")
            second = try await failure(of: machine, lab, upTo: "`martlet retry` there starts over")
        }
        try await machine.cutPower()

        #expect(try disk.hasNoPartitionTable)
        try await lab.checkThatNoFirmwareBoots(disk)
        #expect(lab.controller.calls(to: "/success").isEmpty)
        return (first, second)
    }

    private static func failure(of machine: VirtualMachine, _ lab: Lab, upTo end: String) async throws -> Failure {
        let failure = try await machine.console.expectFailure(of: "write-image", within: 300, upTo: end)
        let text = "step write-image failed: \(failure.cause)"
        _ = try await lab.controller.waitFor("/error", within: 60) { $0.text == text }
        return failure
    }
}
