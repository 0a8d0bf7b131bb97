import Foundation
import LabKit
import Testing

@Suite struct DeprovisionVMTests {
    /// Of boot entries in the machine's firmware, that to the target goes, and that to a disk which is not there now stays.
    @Test func deprovisionLeavesNoTableAndTouchesNoOtherDisk() async throws {
        try await Lab.run("deprovision") { lab in
            let target = try await lab.diskWithOldSystem()
            let other = try lab.targetDisk("other", filledWith: 3)
            let untouched = try other.fingerprint()
            let console = try await clear(
                lab, mode: "deprovision",
                disks: [MachineDisk(target, serial: "TARGET"), MachineDisk(other, serial: "OTHER")],
                entries: [0x0A01: Self.systemPartition, 0x0A02: [UInt8](repeating: 7, count: 16)])
            #expect(console.contains("firmware  deleted the boot entry Boot0A01"))
            #expect(!console.contains("deleted the boot entry Boot0A02"))
            #expect(console.contains("wiped vda: first and last bytes"))
            #expect(lab.controller.calls(to: "/success").map(\.text) == ["deprovisioning complete"])
            #expect(try target.hasNoPartitionTable)
            #expect(try other.fingerprint() == untouched)
        }
    }

    @Test func softDeprovisionLeavesADiskThatNoFirmwareBootsAndAllOfItsData() async throws {
        try await Lab.run("soft-deprovision") { lab in
            let target = try await lab.diskWithOldSystem()
            let size = try target.size
            // Boot signature, primary and backup GPT header.
            let signatures = [510..<512, 512..<520, size - 512..<size - 504]
            let before = try target.fingerprint(ignoring: signatures)
            try await clear(lab, mode: "soft-deprovision", disks: [MachineDisk(target, serial: "TARGET")])
            #expect(lab.controller.calls(to: "/success").map(\.text) == ["soft-deprovisioning complete"])
            #expect(try target.fingerprint(ignoring: signatures) == before)
            try await lab.checkThatNoFirmwareBoots(target)
        }
    }

    /// The GUID of the tiny image's EFI system partition (`initrd/images/tiny.sh`), as it lies on a disk.
    private static let systemPartition: [UInt8] =
        [0x79, 0x6e, 0x69, 0x74, 0x75, 0x67, 0x73, 0x45, 0x94, 0x74] + Array("esp001".utf8)

    /// Runs the mode on the disk of the serial number TARGET to the machine's power-off.
    ///
    /// - Parameter entries: boot entries that its UEFI firmware has before, by number, each to a partition's GUID; a
    ///   machine with BIOS has none.
    /// - Returns: what the console showed.
    @discardableResult
    private func clear(
        _ lab: Lab, mode: String, disks: [MachineDisk], entries: [UInt16: [UInt8]] = [:]
    ) async throws -> String {
        let vars = lab.reportingVars.merging(["MODE": mode, "HANDOVER": "poweroff", "DISK_SERIAL": "TARGET"])
        var configuration = try lab.machine(
            overlay: lab.overlay(vars), arguments: entries.isEmpty ? [] : ["martlet.break=release-disk"], disks: disks)
        if !entries.isEmpty {
            configuration.firmware = .uefi
            configuration.memoryMiB = 1024
        }
        let machine = try await lab.powerOn(configuration)
        if !entries.isEmpty {
            try await machine.console.expectBreak(before: "release-disk")
            let variables = "/sys/firmware/efi/efivars"
            for (number, partition) in entries {
                let bytes = bootEntry(to: partition).map { "\\x" + String(format: "%02x", $0) }.joined()
                let name = String(format: "Boot%04X-8be4df61-93ca-11d2-aa0d-00e098032b8c", number)
                try await machine.console.run("printf '\(bytes)' > \(variables)/\(name)")
            }
            try machine.console.leaveBreak()
        }
        try await machine.console.expect("powering off", within: 240, stops: TinyGuest.obstacles)
        _ = try await machine.waitForPowerOff(within: 60)
        return machine.console.transcript
    }

    /// A variable with its attributes: EFI_LOAD_OPTION with a hard drive node and no file (UEFI specification 3.1.3, 10.3.5.1).
    private func bootEntry(to partition: [UInt8]) -> [UInt8] {
        let place: [UInt8] = [1, 0, 0, 0] + [0, 8, 0, 0, 0, 0, 0, 0] + [0, 8, 0, 0, 0, 0, 0, 0]
        let path = [4, 1, 42, 0] + place + partition + [2, 2] + [0x7f, 0xff, 4, 0]
        return [7, 0, 0, 0] + [1, 0, 0, 0] + [UInt8(path.count), 0] + [0x61, 0, 0, 0] + path
    }
}
