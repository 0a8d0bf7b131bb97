import BlockDevices
import Testing

@Suite struct PartitionNamesTests {
    @Test(arguments: [
        ("/dev/sda3", "sda", 3), ("/dev/sda31", "sda", 31), ("/dev/nvme0n1p2", "nvme0n1", 2),
        ("/dev/loop0p12", "loop0", 12),
        ("/dev/sdaa1", "sda", nil), ("/dev/sda", "sda", nil), ("/dev/sda03", "sda", nil),
        ("/dev/nvme0n12", "nvme0n1", nil),
        ("/dev/dm-0", "sda", nil), ("/dev/sda99999999999999999999", "sda", nil), ("", "sda", nil),
    ])
    func aPartitionsNumberIsReadFromItsNode(path: String, disk: String, number: Int?) {
        #expect(KernelPartitions.number(of: path, on: disk) == number)
        if let number { #expect("/dev/" + KernelPartitions.name(of: number, on: disk) == path) }
    }
}
