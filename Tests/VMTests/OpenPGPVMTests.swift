import Foundation
import LabKit
import Testing

/// Images whose list of checksums is signed as Debian and Ubuntu sign theirs.
@Suite struct OpenPGPVMTests {
    private static let keyPath = "/deploy/release.asc"

    /// The second try finds the list that was signed.
    @Test func aListThatWasChangedIsRefusedAndTheSignedOneProvisions() async throws {
        try await Lab.run("openpgp-list") { lab in
            let disk = try await lab.diskWithOldSystem()
            let before = try disk.fingerprint()
            let (overlay, list) = try await Self.signedList(lab)
            lab.images.serve("/SHA256SUMS", bytes: list + Array("# one line more\n".utf8))
            let machine = try await lab.powerOn(lab.serverMachine(overlay, disks: [MachineDisk(disk)]))

            let failure = try await machine.console.expectFailure(of: "preflight", within: 240)
            #expect(failure.cause.contains("/SHA256SUMS.gpg is no signature of a key in \(Self.keyPath) over http"))
            #expect(failure.block.contains("the data is not what key "))
            #expect(try disk.fingerprint() == before, "nothing was written")

            lab.images.serve("/SHA256SUMS", bytes: list)
            try machine.console.type("martlet retry\n")
            try await machine.console.expectTinyGuest(hostname: "lab-guest")
            #expect(lab.controller.log.contains("a key in \(Self.keyPath) has signed http"))
            #expect(lab.controller.calls(to: "/success").count == 1)
        }
    }

    @Test func theSmallInitramfsSaysWhichOneHasTheProgram() async throws {
        try await Lab.run("openpgp-small") { lab in
            let disk = try await lab.diskWithOldSystem()
            let before = try disk.fingerprint()
            let (overlay, list) = try await Self.signedList(lab)
            lab.images.serve("/SHA256SUMS", bytes: list)
            let machine = try await lab.powerOn(lab.machine(overlay: overlay, disks: [MachineDisk(disk)]))

            let failure = try await machine.console.expectFailure(of: "preflight")
            #expect(
                failure.cause == "\(Self.keyPath) cannot be used: gpgv, which verifies OpenPGP signatures, is not here")
            #expect(failure.block.contains("boot the server image (initramfs-server.img, or the ISO), which has it"))
            try await machine.cutPower()
            #expect(try disk.fingerprint() == before)
            #expect(lab.controller.calls(to: "/success").isEmpty)
        }
    }

    /// Vars, seed and key for a tiny guest with a signed list of checksums, and that list, which is yet to be served.
    private static func signedList(_ lab: Lab) async throws -> (Overlay, list: [UInt8]) {
        var vars = try lab.tinyGuestVars()
        let key = try await OpenPGPKey(in: lab)
        let list = Array("\(vars["IMAGE_CHECKSUM"] ?? "")  tiny\n".utf8)
        let file = lab.path("SHA256SUMS")
        try Data(list).write(to: URL(fileURLWithPath: file))
        vars["IMAGE_CHECKSUM"] = lab.images.guestBase + "/SHA256SUMS"
        vars["IMAGE_SIGNATURE_URL"] = try await key.sign(file, as: "/SHA256SUMS.gpg", in: lab)
        vars["IMAGE_GPG_PUBKEY"] = keyPath
        var overlay = lab.overlay(vars)
        overlay.add(String(keyPath.dropFirst()), text: key.text)
        return (overlay, list)
    }
}
