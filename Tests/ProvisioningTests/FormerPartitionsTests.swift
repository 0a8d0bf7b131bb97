import BlockDevices
import Foundation
import LinuxSystem
import PartitionTable
import Testing

@testable import Provisioning

@Suite struct FormerPartitionsTests {
    @Test func whoStartsOverKnowsThePartitionsOfADiskThatWasWiped() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let path = directory + "/former"
        var expected: Set<GUID> = []
        for number in 1...2 {
            let file = "\(directory)/disk-\(number)"
            var disk = Disk(name: "disk-\(number)", sizeBytes: 4 << 20)
            disk.devicePath = file
            let guid = "0000000\(number)-1111-4222-8333-444444444444"
            try Files.write([UInt8](repeating: 0, count: Int(disk.sizeBytes)), to: file)
            let process = try Process.run(
                URL(fileURLWithPath: "/usr/sbin/sgdisk"), arguments: ["-n", "1:2048:+1M", "-u", "1:\(guid)", file])
            process.waitUntilExit()
            expected.insert(try #require(GUID(guid)))
            FormerPartitions(path: path).note(disk)
            try Files.write([UInt8](repeating: 0, count: Int(disk.sizeBytes)), to: file)
            FormerPartitions(path: path).note(disk)
            #expect(FormerPartitions(path: path).guids == expected)
        }
    }
}
