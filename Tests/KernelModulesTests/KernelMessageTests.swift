import Glibc
import LinuxSystem
import Testing

@testable import KernelModules

@Suite struct KernelMessageTests {
    @Test(arguments: [
        (
            "bnx2 0000:01:00.0: firmware: failed to load bnx2/bnx2-mips-09-6.2.1b.fw (-2)",
            "bnx2/bnx2-mips-09-6.2.1b.fw", "bnx2 0000:01:00.0"
        ),
        (
            "tg3 0000:02:00.0: Direct firmware load for tigon/tg3_tso.bin failed with error -2",
            "tigon/tg3_tso.bin", "tg3 0000:02:00.0"
        ),
        ("firmware: failed to load x y.fw (-2)", "x y.fw", ""),
    ])
    func `both wordings of missing firmware are understood`(message: String, file: String, device: String) throws {
        let missing = try #require(MissingFirmware(kernelMessage: message))
        #expect(missing.file == file)
        #expect(missing.device == device)
    }

    @Test(arguments: ["", "firmware: failed to load ", "Direct firmware load for  failed with error -2", "bnx2: up"])
    func `other messages are not`(message: String) {
        #expect(MissingFirmware(kernelMessage: message) == nil)
    }

    @Test func `records of the log are taken apart, each file once`() throws {
        let path = "/tmp/martlet-kmsg.\(getpid())"
        defer { unlink(path) }
        let line = "4,812,3060000,-;bnx2 0000:01:00.0: firmware: failed to load a.fw (-2)\n SUBSYSTEM=pci\n"
        try Files.write(line + "6,813,3070000,-;eth0: up\n" + line, to: path)
        let missing = try MissingFirmware.sinceBoot(log: path)
        #expect(missing.map(\.description) == ["firmware a.fw is missing, asked for by bnx2 0000:01:00.0"])
    }

    @Test func `an event of the kernel is parsed, other datagrams are not`() {
        let datagram = Array("add@/devices/a\0ACTION=add\0DEVPATH=/devices/a\0MODALIAS=virtio:d1=2\0SEQNUM=7\0".utf8)
        let event = Uevent(datagram)
        #expect(event?.action == "add")
        #expect(event?.path == "/devices/a")
        #expect(event?.properties["MODALIAS"] == "virtio:d1=2")
        #expect(Uevent(Array("libudev\0\u{1}\u{2}".utf8)) == nil)
        #expect(Uevent([]) == nil)
        #expect(Uevent(Array("@/x".utf8)) == nil)
        #expect(Uevent(Array("add@relative".utf8)) == nil)
    }
}
