import FAT32
import Foundation
import Testing

@Suite struct FAT32VolumeTests {
    private static func place(_ sectorSize: Int, bytes: Int) -> FAT32Volume.Place {
        FAT32Volume.Place(
            sectorSize: sectorSize, hiddenSectors: UInt32((1 << 20) / sectorSize),
            sectors: UInt32(bytes / sectorSize), serial: 0x1234_abcd, label: "ESP")
    }

    /// Lengths that are no whole number of clusters among them.
    @Test(arguments: [512, 4096], [257 << 20, 512 << 20, (300 << 20) + 4096 * 3, (700 << 20) - 4096])
    func theCheckerFindsNothingAndFilesGoInAndOut(sectorSize: Int, bytes: Int) throws {
        let volume = try #require(FAT32Volume(at: Self.place(sectorSize, bytes: bytes)))
        let file = try VolumeFile(volume.head, bytes: bytes)
        try #expect(file.run("fsck.fat", "-n", "-v", file.path).contains("32 bit entries"))
        let tools = ["MTOOLS_SKIP_CHECK": "1"]
        try file.run("mmd", "-i", file.path, "::/EFI", "::/EFI/BOOT", environment: tools)
        try file.run("mcopy", "-i", file.path, "/bin/ls", "::/EFI/BOOT/BOOTX64.EFI", environment: tools)
        let copy = try file.run("mtype", "-i", file.path, "::/EFI/BOOT/BOOTX64.EFI", environment: tools, isText: false)
        #expect(copy == "\(try Data(contentsOf: URL(fileURLWithPath: "/bin/ls")).count)")
        try file.run("fsck.fat", "-n", file.path)
        let names = try file.run("blkid", "-p", "-o", "export", file.path)
        for fact in ["TYPE=vfat", "LABEL=ESP", "UUID=1234-ABCD", "VERSION=FAT32"] { #expect(names.contains(fact)) }
    }

    /// What lies behind the head is free space, whatever it holds.
    @Test func rubbishBehindTheHeadIsNoHarm() throws {
        let bytes = 257 << 20
        let volume = try #require(FAT32Volume(at: Self.place(512, bytes: bytes)))
        let file = try VolumeFile(volume.head, bytes: bytes, rest: 0xe5)
        try file.run("fsck.fat", "-n", file.path)
        #expect(try file.run("mdir", "-i", file.path, "-b", "::").isEmpty)
    }

    @Test(arguments: [
        (512, 255 << 20), (4096, 255 << 20), (512, 0), (512, 4096), (1024, 512 << 20), (0, 512 << 20), (-1, 0),
    ])
    func aPlaceThatIsTooSmallOrStrangeHasNone(sectorSize: Int, bytes: Int) {
        let place = FAT32Volume.Place(
            sectorSize: sectorSize, hiddenSectors: 0, sectors: UInt32(bytes / max(sectorSize, 512)), serial: 0,
            label: "")
        #expect(FAT32Volume(at: place) == nil)
    }

    @Test func longLabelsAreCut() throws {
        var place = Self.place(512, bytes: 300 << 20)
        place.label = "A LABEL OF TOO MANY LETTERS"
        let head = try #require(FAT32Volume(at: place)).head
        #expect(head[71..<82].elementsEqual("A LABEL OF ".utf8))
        #expect(head.count % 4096 == 0 && head.count < 2 << 20)
    }
}

/// A sparse file that begins with a volume's head; gone with its last owner.
final class VolumeFile {
    let path = "/var/tmp/martlet-fat-\(UUID().uuidString)"

    init(_ head: [UInt8], bytes: Int, rest: UInt8 = 0) throws {
        try Data(head).write(to: URL(fileURLWithPath: path))
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        if rest != 0 {
            try file.seekToEnd()
            try file.write(contentsOf: Data(repeating: rest, count: bytes - head.count))
        }
        try file.truncate(atOffset: UInt64(bytes))
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Runs a program, whose failure is the test's.
    ///
    /// - Returns: what it printed, or, when that is no text, how many bytes.
    @discardableResult
    func run(
        _ arguments: String..., environment: [String: String] = [:], isText: Bool = true
    ) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"].merging(environment) { $1 }
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let printed = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let text = String(decoding: printed, as: UTF8.self)
        try #require(process.terminationStatus == 0, "\(arguments): \(text)")
        return isText ? text : "\(printed.count)"
    }
}
