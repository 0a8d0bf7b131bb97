import LabKit
import Testing

@Suite struct CaptureVMTests {
    @Test func aCapturedDiskComesBackWithoutItsFreeBlocksAndBoots() async throws {
        try await Lab.run("capture") { lab in
            let disk = try await lab.diskWithOldSystem()
            let before = try disk.fingerprint()
            let file = lab.path("captured.raw.zst")
            // The first upload is refused, which must not be the last word.
            let url = lab.images.accept("/captured.raw.zst", into: file)
            _ = lab.images.accept("/captured.raw.zst.sha256", into: file + ".sha256")
            lab.images.set(HTTPFault(.status(503, retryAfter: nil), times: 1), for: "/captured.raw.zst")
            let vars = lab.reportingVars.merging(["MODE": "capture", "CAPTURE_URL": url, "HANDOVER": "poweroff"])
            let machine = try await lab.powerOn(lab.machine(overlay: lab.overlay(vars), disks: [MachineDisk(disk)]))
            try await machine.console.expect("captured  http", within: 240, stops: TinyGuest.obstacles)
            try await machine.console.expect("powering off", within: 60, stops: TinyGuest.obstacles)
            _ = try await machine.waitForPowerOff(within: 60)

            let transcript = machine.console.transcript
            #expect(transcript.contains("beginning anew from the start, try 2 of 3"))
            #expect(transcript.contains("MiB of it are free"))
            #expect(lab.controller.calls(to: "/init").map(\.text) == ["capture started"])
            #expect(lab.controller.calls(to: "/success").map(\.text) == ["capture complete"])
            #expect(try disk.fingerprint() == before, "the disk was only read")
            // The image server is not the controller.
            for access in lab.images.accesses {
                #expect(!access.headers.contains { $0.name.lowercased() == "authorization" })
            }

            try await HostTool.run(["sh", "-c", "cd \(lab.directory) && sha256sum --check captured.raw.zst.sha256"])
            let back = DiskFile(existing: lab.path("back.disk"))
            try await HostTool.run(["zstd", "-q", "-d", file, "-o", back.path])
            #expect(try back.size == disk.size)
            #expect(try await back.partitionTableProblems() == "")
            #expect(transcript.contains(try back.sha256()), "the console names the image's checksum")
            let booted = try await lab.powerOn(lab.machineBootingDisk(back, .bios))
            try await booted.console.expect(TinyGuest.booted, within: 120, stops: SerialConsole.panics)
            try await booted.cutPower()
        }
    }
}
