import BlockDevices
import Testing

@Suite struct ManyDisksTests {
    private static let count = 256

    private static func name(_ index: Int) -> String {
        let letters = Array("abcdefghijklmnop")
        return "sd\(letters[index / 16])\(letters[index % 16])"
    }

    /// 64 disks in each of four enclosures, every one with a partition, a serial number and a WWN.
    private func machine() throws -> FakeSysfs {
        let machine = try FakeSysfs()
        for index in 0..<Self.count {
            let host = index / 64
            try machine.scsiDisk(
                Self.name(index), host: "pci0000:00/0000:0\(host):00.0/host\(host)",
                address: "\(host):0:\(index % 64):0", ["dev": "8:\(index * 16)", "diskseq": "\(index)"],
                device: [
                    "type": "0", "vendor": "SEAGATE", "model": "ST2000", "wwid": "naa.5000c500\(10_000_000 + index)",
                ])
            let serial = Array("SERIAL-\(10_000 + index)".utf8)
            let device = "sys/devices/pci0000:00/0000:0\(host):00.0/host\(host)/target\(host):0:\(index % 64)"
            try machine.file(
                "\(device)/\(host):0:\(index % 64):0/vpd_pg80", [0, 0x80, 0, UInt8(serial.count)] + serial)
            try machine.partition(
                1, Self.name(index) + "1", of: Self.name(index), start: 2048, size: 4096, dev: "8:\(index * 16 + 1)")
        }
        return machine
    }

    @Test func twoHundredAndFiftySixDisksAreFoundAndChosenFromInLessThanHalfASecond() throws {
        let machine = try machine()
        let clock = ContinuousClock()
        var disks: [Disk] = []
        var chosen: Disk?
        // The best of three: other tests run at the same time.
        let times = try (0..<3).map { _ in
            try clock.measure {
                disks = try machine.sysfs.disks()
                chosen = try DiskChoice.choose(from: disks, hints: DiskHints(serial: "SERIAL-10200"))
            }
        }
        #expect(disks.count == Self.count)
        #expect(disks.allSatisfy { $0.partitions.count == 1 && $0.serials.count == 1 })
        #expect(chosen?.name == Self.name(200))
        #expect(try #require(times.min()) < .milliseconds(500))
    }
}
