import LabKit
import Testing

@Suite struct NetbootVMTests {
    @Test func iPXEChainsToTheInitramfsAndInjectsTheVars() async throws {
        try await Lab.run("ipxe-http") { lab in
            lab.images.serve("/vmlinuz", file: try Artefact.kernel.path)
            lab.images.serve("/initramfs.img", file: try Artefact.initramfs.path)
            lab.images.serve("/vars", bytes: try lab.tinyGuestVars("xz").text.utf8)
            lab.images.serve("/meta-data", bytes: "instance-id: ipxe\nlocal-hostname: from-ipxe\n".utf8)
            lab.images.serve("/user-data", bytes: "#cloud-config\n".utf8)
            let base = lab.images.guestBase
            let script = """
                #!ipxe
                kernel \(base)/vmlinuz initrd=initramfs.img console=ttyS0,115200
                initrd --name initramfs.img \(base)/initramfs.img
                initrd \(base)/vars /deploy/vars mode=600
                initrd \(base)/meta-data /deploy/nocloud/meta-data mode=600
                initrd \(base)/user-data /deploy/nocloud/user-data mode=600
                boot

                """
            var configuration = MachineConfiguration(
                boot: .network(url: lab.images.serve("/boot.ipxe", bytes: script.utf8)))
            configuration.disks = [MachineDisk(try lab.targetDisk())]
            let machine = try await lab.powerOn(configuration)

            try await machine.console.expectTinyGuest(hostname: "from-ipxe")
            #expect(lab.controller.calls(to: "/success").map(\.text) == ["provisioning complete"])
        }
    }
}
