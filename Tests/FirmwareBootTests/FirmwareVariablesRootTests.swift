import FirmwareBoot
import Foundation
import LinuxSystem
import PartitionTable
import SystemPackage
import Testing

/// The kernel's protection of variables is a flag that ext4 and others have, too.
@Suite struct `Protected firmware variables as Root` {
    private func setFlag(_ change: String, _ path: String) throws {
        let chattr = try Process.run(URL(fileURLWithPath: "/usr/bin/chattr"), arguments: [change, path])
        chattr.waitUntilExit()
        try #require(chattr.terminationStatus == 0)
    }

    @Test func `are written and deleted all the same`() throws {
        let scratch = try Scratch()
        let variables = FirmwareVariables(directory: scratch.path)
        for name in ["BootOrder", "Boot0001"] {
            let path = "\(scratch.path)/\(name)-\(FirmwareDump.globalVariable)"
            try Files.write([7, 0, 0, 0, 1, 0], to: path)
            try setFlag("+i", path)
            #expect(throws: SystemCallError.self) { try Files.write([1], to: path) }
        }
        try variables.write([2, 0, 1, 0], to: "BootOrder")
        #expect(try variables.entries().order == [BootNumber(2), BootNumber(1)])
        try variables.delete("Boot0001")
        #expect(try Files.list(scratch.path).count == 1)
    }

    @Test func `a refused order leaves the next boot`() throws {
        let scratch = try Scratch()
        let order = "\(scratch.path)/BootOrder-\(FirmwareDump.globalVariable)"
        try Files.write(FirmwareDump.order, to: order)
        // For appending only: a refusal that no flag explains.
        try setFlag("+a", order)
        let option = try FirmwareDump.option(FirmwareDump.shortForm)
        let report = FirmwareVariables(directory: scratch.path).add(option, at: .first, gone: [])
        try setFlag("-a", order)
        #expect(report.number == BootNumber(2) && !report.isInPlace && report.bootsNext)
        #expect(report.refusals.count == 1)
        #expect(report.refusals.first?.contains("did not let BootOrder be changed: open ") == true)
        #expect(try Files.read("\(scratch.path)/BootNext-\(FirmwareDump.globalVariable)") == [7, 0, 0, 0, 2, 0])
        #expect(try Files.read(order) == FirmwareDump.order)
    }

    @Test func `of a firmware that takes no more are left as they are, and the refusal says which and why`() throws {
        let scratch = try Scratch()
        let order = "\(scratch.path)/BootOrder-\(FirmwareDump.globalVariable)"
        try Files.write(FirmwareDump.order, to: order)
        try setFlag("+i", scratch.path)
        let option = try FirmwareDump.option(FirmwareDump.shortForm)
        let report = FirmwareVariables(directory: scratch.path).add(option, at: .first, gone: [])
        try setFlag("-i", scratch.path)
        #expect(report.number == nil && !report.isInPlace && !report.bootsNext)
        #expect(report.refusals.count == 1)
        let refusal = report.refusals.first ?? ""
        #expect(refusal.contains("Boot0002") && refusal.contains(Errno.notPermitted.description), "\(refusal)")
        #expect(try Files.read(order) == FirmwareDump.order)
    }
}
