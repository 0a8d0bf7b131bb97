import Foundation
import LinuxSystem
import Testing

@testable import BlockDevices

@Suite struct BootSignaturesTests {
    private static let size = 64 << 20

    @Test func aBlankedTableIsNoTableAndEighteenBytesBringItBack() throws {
        let file = try TemporaryFile(bytes: Self.size)
        try sgdisk(["--new=1:2048:+8M", "--new=2:0:0", file.path])
        let before = try file.descriptor.readBytes(count: Self.size, at: 0)
        #expect(try !Signatures.all(on: file.descriptor).isEmpty)

        let blanked = try BootSignatures.blank(file.descriptor)
        #expect(
            blanked == [
                "signature of the GPT header at byte \(Self.size - 512)", "signature of the GPT header at byte 512",
                "boot signature at byte 510",
            ])
        #expect(try Signatures.all(on: file.descriptor).isEmpty)
        #expect(try BootSignatures.blank(file.descriptor).isEmpty, "it may be repeated")

        var after = try file.descriptor.readBytes(count: Self.size, at: 0)
        #expect(differences(before, after) <= 18)
        for offset in [512, Self.size - 512] { after.replaceSubrange(offset..<offset + 8, with: "EFI PART".utf8) }
        after.replaceSubrange(510..<512, with: [0x55, 0xaa])
        #expect(differences(before, after) == 0)
    }

    @Test func aBackupThatIsNotAtTheEndIsFoundByItsPrimary() throws {
        let small = try TemporaryFile(bytes: Self.size)
        try sgdisk(["--new=1:2048:+8M", small.path])
        let image = try small.descriptor.readBytes(count: Self.size, at: 0)
        let file = try TemporaryFile(bytes: 2 * Self.size)
        try file.descriptor.write(image, at: 0)
        let blanked = try BootSignatures.blank(file.descriptor)
        #expect(blanked.first == "signature of the GPT header at byte \(Self.size - 512)")
        #expect(blanked.count == 3)
    }

    /// A header may say anything of where its backup is.
    @Test(arguments: [UInt64(0), 1, 1 << 40, .max, .max / 512])
    func aBackupOffTheDiskIsIgnored(sector: UInt64) throws {
        let file = try TemporaryFile(bytes: Self.size)
        try file.descriptor.write(
            Array("EFI PART".utf8) + [UInt8](repeating: 0, count: 24)
                + withUnsafeBytes(of: sector.littleEndian) { Array($0) }, at: 512)
        #expect(try BootSignatures.blank(file.descriptor) == ["signature of the GPT header at byte 512"])
    }

    @Test(arguments: [0, 511, 512, 1024, 4096, 12287])
    func aTinyDeviceWithoutSignaturesIsLeftAsItIs(size: Int) throws {
        let file = try TemporaryFile(bytes: size)
        #expect(try BootSignatures.blank(file.descriptor).isEmpty)
        #expect(try file.descriptor.sizeInBytes() == UInt64(size))
    }

    private func differences(_ before: [UInt8], _ after: [UInt8]) -> Int {
        guard before.count == after.count else { return .max }
        // By pages: a debug build compares bytes slowly.
        return stride(from: 0, to: before.count, by: 4096).reduce(0) { sum, start in
            let range = start..<min(start + 4096, before.count)
            if Array(before[range]) == Array(after[range]) { return sum }
            return sum + range.count { before[$0] != after[$0] }
        }
    }

    private func sgdisk(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/sbin/sgdisk")
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }
}
