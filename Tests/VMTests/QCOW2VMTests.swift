import LabKit
import Testing

@Suite struct QCOW2VMTests {
    @Test func aCompressedQCOW2ImageGoesStraightFromItsServerToTheDiskAndBoots() async throws {
        try await Lab.run("qcow2") { lab in
            let image = lab.path("tiny.qcow2")
            try await HostTool.run([
                "qemu-img", "convert", "-c", "-O", "qcow2", "-o", "compression_type=zstd",
                try Artefact.tinyImage("raw").path, image,
            ])
            var vars = try lab.tinyGuestVars()
            vars["IMAGE"] = lab.images.serve("/tiny.qcow2", file: image)
            // Enough for the preflight to have some, and for the walk over the clusters to be taken up where it was.
            lab.images.set(HTTPFault(.truncated(percent: 50), times: 6), for: "/tiny.qcow2")
            let machine = try await lab.powerOn(
                lab.machine(
                    overlay: lab.overlay(vars, hostname: "unpacked"),
                    disks: [MachineDisk(try lab.targetDisk(filledWith: 41))]))

            try await machine.console.expect("image     \(lab.images.guestBase)/tiny.qcow2, qcow2, ", within: 120)
            try await machine.console.expectTinyGuest(hostname: "unpacked")
            #expect(lab.controller.events.contains { $0.message?.contains("reading on from there") == true })
        }
    }
}
