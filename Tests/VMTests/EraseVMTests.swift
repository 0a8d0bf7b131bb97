import LabKit
import Testing

/// SECURE_ERASE on what QEMU has: an NVMe disk that can be formatted, and disks without an erase of their own. Its SATA
/// disks have no security feature set and its SCSI disks no SANITIZE.
@Suite struct EraseVMTests {
    @Test func anNVMeDiskIsFormattedAndKeepsNothingOfWhatItHeld() async throws {
        try await erased("erase-nvme", bus: .nvme, says: "/dev/nvme0n1: erased by NVMe format (user data erase)")
    }

    @Test func aDiskWithoutAnEraseOfItsOwnIsOverwrittenAndThatIsWhatIsSaid() async throws {
        try await erased("erase-virtio", bus: .virtioBlock, says: "/dev/vda: overwritten with zeros")
    }

    /// Provisions a disk that is full of somebody's data, with another beside it.
    private func erased(_ name: String, bus: MachineDisk.Bus, says sentence: String) async throws {
        try await Lab.run(name) { lab in
            let target = try lab.targetDisk(filledWith: 11)
            let other = try lab.targetDisk("other", filledWith: 12)
            let (old, untouched) = (try target.bytes(at: 0, count: Self.mebibyte), try other.fingerprint())
            let vars = lab.reportingVars.merging([
                "IMAGE": try await lab.smallImage(), "HANDOVER": "poweroff", "SECURE_ERASE": "true",
                "DISK_SERIAL": "TARGET",
            ])
            let machine = try await lab.powerOn(
                lab.machine(
                    overlay: lab.overlay(vars),
                    disks: [
                        MachineDisk(target, bus: bus, serial: "TARGET"), MachineDisk(other, serial: "OTHER"),
                    ]))
            try await machine.console.expect(sentence, within: 240, stops: TinyGuest.obstacles)
            _ = try await machine.waitForPowerOff(within: 180)
            #expect(lab.controller.finishedSteps.contains("seal-disk"))
            #expect(lab.controller.log.contains(sentence))
            try await lab.controller.waitForEvent(sentence, within: 5) {
                $0.step == "release-disk" && $0.message?.contains(sentence) == true
            }
            #expect(try remains(of: old, on: target) == 0)
            #expect(try other.fingerprint() == untouched)
            let claimsErase = machine.console.transcript.contains("erased by")
            #expect(claimsErase == sentence.contains("erased by"))
        }
    }

    private static let mebibyte = 1 << 20
    private static let sector = 4096

    /// How many sectors still hold what `fill(seed:)` wrote: the same in each MiB, but for the first of them.
    private func remains(of old: [UInt8], on disk: DiskFile) throws -> Int {
        var found = 0
        for start in stride(from: 0, to: try disk.size, by: Self.mebibyte) {
            let now = try disk.bytes(at: start, count: Self.mebibyte)
            for offset in stride(from: Self.sector, to: now.count, by: Self.sector) {
                let place = offset..<min(offset + Self.sector, now.count)
                if now[place].elementsEqual(old[place]) { found += 1 }
            }
        }
        return found
    }
}
