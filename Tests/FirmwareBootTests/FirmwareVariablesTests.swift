import Foundation
import Glibc
import LinuxSystem
import PartitionTable
import Testing

@testable import FirmwareBoot

/// Variables in a plain directory, which takes any write; a directory in the place of a variable refuses them.
@Suite struct FirmwareVariablesTests {
    private let scratch: Scratch
    private let variables: FirmwareVariables
    private let new = LoadOption(
        label: "Tiny",
        path: DevicePath(
            HardDriveNode(number: 1, firstLBA: 2048, sectorCount: 100, signature: .guid(.zero)), file: "\\a.efi"))

    init() throws {
        scratch = try Scratch()
        variables = FirmwareVariables(directory: scratch.path)
        try put(FirmwareDump.firmwareMenu, "Boot0000")
        try put(FirmwareDump.shortForm, "Boot0001")
        try put(FirmwareDump.order, "BootOrder")
    }

    private func path(_ name: String) -> String { "\(scratch.path)/\(name)-\(FirmwareDump.globalVariable)" }

    private func put(_ bytes: [UInt8], _ name: String) throws {
        try Files.write(bytes, to: path(name))
    }

    private func get(_ name: String) -> [UInt8]? { try? Files.read(path(name)) }

    private func refuse(_ name: String) throws {
        unlink(path(name))
        try Files.makeDirectories(path(name))
    }

    @Test func readsTheEntriesAndWhatMakesNoSenseKeepsItsNumber() throws {
        try put([1, 2, 3], "Boot0002")
        try put(FirmwareDump.shortForm, "Boot000a")
        try Files.write([7, 0, 0, 0], to: "\(scratch.path)/Boot0007-00000000-0000-0000-0000-000000000000")
        let entries = try variables.entries()
        #expect(entries.order == [BootNumber(1), BootNumber(0)])
        #expect(entries.options.keys.sorted() == [0, 1, 2, 10].map { BootNumber($0) })
        #expect(entries.options[BootNumber(1)]??.label == "Lab entry")
        #expect(entries.options[BootNumber(2)] == .some(nil))
        #expect(entries.options[BootNumber(10)] == .some(nil))
    }

    @Test func anEntryIsWrittenWithItsAttributesAndPutFirst() throws {
        let report = variables.add(new, at: .first, gone: [])
        #expect(report.number == BootNumber(2) && report.isInPlace && !report.bootsNext && report.refusals.isEmpty)
        #expect(get("Boot0002") == [7, 0, 0, 0] + new.encoded)
        #expect(get("BootOrder") == [7, 0, 0, 0, 2, 0, 1, 0, 0, 0])
        #expect(get("BootNext") == nil)
    }

    @Test func theNextBootIsSetBesideTheOrder() throws {
        let report = variables.add(new, at: .next, gone: [])
        #expect(report.isInPlace && report.bootsNext)
        #expect(get("BootOrder") == [7, 0, 0, 0, 1, 0, 0, 0, 2, 0])
        #expect(get("BootNext") == [7, 0, 0, 0, 2, 0])
    }

    @Test func attributesThatAVariableHasStay() throws {
        try put([3, 0, 0, 0, 0, 0], "BootOrder")
        try variables.write([5, 0], to: "BootOrder")
        #expect(get("BootOrder") == [3, 0, 0, 0, 5, 0])
    }

    @Test func withoutANewEntryThoseToAPartitionThatIsGoneAreDeleted() throws {
        // A plain file that is written over does not get shorter, as a variable would.
        unlink(path("BootOrder"))
        try put([7, 0, 0, 0, 0, 0], "BootOrder")
        let gone = try #require(try FirmwareDump.option(FirmwareDump.shortForm).path.partition?.guid)
        let report = variables.removeEntries(to: [gone])
        #expect(report.removed == [BootNumber(1)] && report.refusals.isEmpty && report.number == nil)
        #expect(get("Boot0001") == nil && get("Boot0000") != nil)
        #expect(variables.removeEntries(to: []).removed.isEmpty)
    }

    @Test func entriesToAPartitionThatIsGoneAreDeleted() throws {
        let gone = try #require(try FirmwareDump.option(FirmwareDump.shortForm).path.partition?.guid)
        let report = variables.add(new, at: .last, gone: [gone])
        #expect(report.removed == [BootNumber(1)] && get("Boot0001") == nil)
        #expect(get("BootOrder") == [7, 0, 0, 0, 0, 0, 2, 0])
    }

    @Test func aSecondRunWritesNothing() throws {
        _ = variables.add(new, at: .first, gone: [])
        let names = try Files.list(scratch.path)
        let past = Date(timeIntervalSince1970: 1)
        for name in names {
            try FileManager.default.setAttributes([.modificationDate: past], ofItemAtPath: "\(scratch.path)/\(name)")
        }
        #expect(variables.add(new, at: .first, gone: []).number == BootNumber(2))
        #expect(try Files.list(scratch.path) == names)
        for name in names {
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(scratch.path)/\(name)")
            #expect(attributes[.modificationDate] as? Date == past)
        }
    }

    @Test func anOrderThatCannotBeReadIsLeftAsItIs() throws {
        try refuse("BootOrder")
        let report = variables.add(new, at: .first, gone: [])
        #expect(report.number == nil && report.refusals.count == 1)
        #expect(try Files.list(scratch.path).count == 3)
    }

    @Test func withoutAnyVariablesThatIsTheOneRefusal() throws {
        let report = FirmwareVariables(directory: "\(scratch.path)/none").add(new, at: .first, gone: [])
        #expect(report.number == nil && report.refusals.count == 1)
    }

    @Test func whatCannotBeReadIsNotOverwritten() throws {
        try refuse("Boot0002")
        #expect(variables.add(new, at: .first, gone: []).number == BootNumber(3))
    }

    @Test func deletingWhatIsNotThereIsNoError() throws {
        try variables.delete("Boot0042")
    }
}
