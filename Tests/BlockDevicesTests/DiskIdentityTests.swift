import BlockDevices
import Testing

@Suite struct DiskIdentityTests {
    @Test(arguments: [
        ("0x5000c500a1b2c3d4", "5000c500a1b2c3d4"),
        ("naa.5000C500A1B2C3D4", "5000c500a1b2c3d4"),
        ("naa.0x5000c500a1b2c3d4", "5000c500a1b2c3d4"),
        ("wwn-0x5000c500a1b2c3d4", "5000c500a1b2c3d4"),
        ("/dev/disk/by-id/wwn-0x5000c500a1b2c3d4", "5000c500a1b2c3d4"),
        ("50:00:c5:00:a1:b2:c3:d4", "5000c500a1b2c3d4"),
        (" 50 00 c5 00 a1 b2 c3 d4 ", "5000c500a1b2c3d4"),
        ("eui.0025385B71B00A12", "0025385b71b00a12"),
        ("nvme-eui.0025385b71b00a12", "0025385b71b00a12"),
        ("nvme.8086-4254-01", "8086425401"),
        ("uuid.b4c1d3e8-9a3f-4f0e-8c5e-2f6f7a8b9c0d", "b4c1d3e89a3f4f0e8c5e2f6f7a8b9c0d"),
    ])
    func worldwideNamesAreComparedInOneForm(given: String, expected: String) {
        #expect(DiskIdentity.normalisedWorldwideName(given) == expected)
    }

    @Test(arguments: [
        ("S3Z8NB0K123456A", "s3z8nb0k123456a"),
        ("  wd-wcc4n0123456  ", "wdwcc4n0123456"),
        ("WD_WCC4N:0123.456", "wdwcc4n0123456"),
        ("0x1A2B3C4D", "1a2b3c4d"),
        ("SN\0\0", "sn"),
        ("0000000A", "0000000a"),
    ])
    func serialNumbersAreComparedInOneForm(given: String, expected: String) {
        #expect(DiskIdentity.normalisedSerial(given) == expected)
    }

    @Test(arguments: [
        "", "   ", "0", "0000000000000000", "0x0000", "00:00:00:00", "eui.0000000000000000", "naa.", "- -",
    ])
    func nothingAndZerosAreNoIdentity(given: String) {
        #expect(DiskIdentity.normalisedSerial(given.replacing("eui.", with: "").replacing("naa.", with: "")) == nil)
        #expect(DiskIdentity.normalisedWorldwideName(given) == nil)
    }

    @Test func pathsAreOneUnitOnlyByARegisteredNameAndTheSameSize() {
        func disk(_ name: String, _ names: [String], size: UInt64 = 1000) -> Disk {
            var disk = Disk(name: name, sizeBytes: size)
            disk.worldwideNames = names
            return disk
        }
        let first = disk("sda", ["naa.600508b1001c0001"])
        #expect(first.isSameUnit(as: disk("sdb", ["t10.HP LOGICAL", "naa.600508B1001C0001"])))
        #expect(!first.isSameUnit(as: disk("sdb", ["naa.600508b1001c0001"], size: 2000)))
        #expect(!first.isSameUnit(as: disk("sdb", ["naa.600508b1001c0002"])))
        #expect(!disk("sda", ["t10.QEMU disk0"]).isSameUnit(as: disk("sdb", ["t10.QEMU disk0"])))
        #expect(!disk("sda", ["naa.0000000000000000"]).isSameUnit(as: disk("sdb", ["naa.0000000000000000"])))
        #expect(!disk("sda", []).isSameUnit(as: disk("sdb", [])))
    }
}
