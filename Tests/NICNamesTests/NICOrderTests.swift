import LinuxSystem
import NICNames
import Testing

@Suite("NICs in the order of where they are plugged in")
struct NICOrderTests {
    private func positions(_ machine: FakeSysfs, _ links: [String]) -> [Int?] {
        let order = NICOrder(sysfs: machine.root)
        return links.map { order.position(of: $0) }
    }

    @Test("PCI addresses decide, whatever order drivers answered in, and every domain comes in its turn")
    func addresses() throws {
        let machine = try FakeSysfs()
        let places = [
            "eth0": "pci10000:00/10000:00:01.0", "eth1": "pci0000:80/0000:80:02.0/0000:81:00.0",
            "eth2": "pci0000:00/0000:00:1c.0/0000:0a:00.1", "eth3": "pci0000:00/0000:00:1c.0/0000:0a:00.0",
            "eth4": "pci0000:00/0000:00:19.0",
        ]
        for (link, place) in places {
            try machine.pci(place)
            try machine.net(link, on: place)
        }
        #expect(positions(machine, ["eth0", "eth1", "eth2", "eth3", "eth4"]) == [4, 3, 2, 1, 0])
        #expect(NICOrder(sysfs: machine.root).link(at: 1) == "eth3")
        #expect(NICOrder(sysfs: machine.root).link(at: 5) == nil)
    }

    @Test("a controller without a driver keeps its number")
    func undriven() throws {
        let machine = try FakeSysfs()
        try machine.pci("pci0000:00/0000:00:03.0", driver: nil)
        try machine.pci("pci0000:00/0000:00:04.0")
        try machine.virtio("eth0", on: "pci0000:00/0000:00:04.0")
        #expect(positions(machine, ["eth0"]) == [1])
        #expect(NICOrder(sysfs: machine.root).link(at: 0) == nil)
        try machine.virtio("eth1", on: "pci0000:00/0000:00:03.0", number: 1)
        #expect(positions(machine, ["eth0", "eth1"]) == [1, 0])
    }

    @Test("wireless NICs, InfiniBand, bridges and virtual functions are not counted")
    func uncounted() throws {
        let machine = try FakeSysfs()
        try machine.bridge("pci0000:00/0000:00:01.0")
        try machine.pci("pci0000:00/0000:02:00.0", class: 0x028000)
        try machine.net("wlan0", on: "pci0000:00/0000:02:00.0", ["uevent": "DEVTYPE=wlan"])
        try machine.pci("pci0000:00/0000:03:00.0", class: 0x020700, ["vendor": "0x15b3", "device": "0x1017"])
        try machine.net("ib0", on: "pci0000:00/0000:03:00.0", ["type": "32"])
        try machine.pci("pci0000:00/0000:04:00.0")
        try machine.net("eth0", on: "pci0000:00/0000:04:00.0")
        try machine.pci("pci0000:00/0000:04:10.0")
        try machine.net("eth1", on: "pci0000:00/0000:04:10.0")
        try machine.link("devices/pci0000:00/0000:04:10.0/physfn", to: "devices/pci0000:00/0000:04:00.0")
        try machine.pci("pci0000:00/0000:05:00.0")
        try machine.net("eth2", on: "pci0000:00/0000:05:00.0")
        #expect(positions(machine, ["wlan0", "ib0", "eth0", "eth1", "eth2"]) == [nil, nil, 0, nil, 1])
    }

    @Test("links of one controller go by port, then by name")
    func ports() throws {
        let machine = try FakeSysfs()
        try machine.pci("pci0000:00/0000:05:00.0")
        try machine.net("eth10", on: "pci0000:00/0000:05:00.0", ["dev_port": "0"])
        try machine.net("eth9", on: "pci0000:00/0000:05:00.0", ["dev_port": "0"])
        try machine.net("eth0", on: "pci0000:00/0000:05:00.0", ["dev_port": "1"])
        try machine.pci("pci0000:00/0000:06:00.0")
        try machine.net("eth1", on: "pci0000:00/0000:06:00.0")
        #expect(positions(machine, ["eth9", "eth10", "eth0", "eth1"]) == [0, 1, 2, 3])
    }

    @Test("nothing after a card that may have several ports is numbered until they are known")
    func unknownPorts() throws {
        let machine = try FakeSysfs()
        let card = "pci0000:00/0000:05:00.0"
        try machine.pci("pci0000:00/0000:04:00.0")
        try machine.net("eth0", on: "pci0000:00/0000:04:00.0")
        try machine.pci(card, class: 0x028000, driver: nil, ["vendor": "0x15b3", "device": "0x1003"])
        try machine.pci("pci0000:00/0000:06:00.0")
        try machine.net("eth1", on: "pci0000:00/0000:06:00.0")
        #expect(positions(machine, ["eth0", "eth1"]) == [0, nil])
        // mlx4_core has come and says what the ports are; mlx4_en makes their links one by one.
        try machine.attributes("devices/\(card)", ["mlx4_port1": "auto (eth)", "mlx4_port2": "eth"])
        try machine.link("devices/\(card)/driver", to: "bus/pci/drivers/driver")
        #expect(positions(machine, ["eth0", "eth1"]) == [0, 3])
        try machine.net("eth2", on: card, ["dev_port": "1"])
        #expect(positions(machine, ["eth0", "eth1", "eth2"]) == [0, 3, nil])
        try machine.net("eth3", on: card, ["dev_port": "0"])
        #expect(positions(machine, ["eth0", "eth1", "eth2", "eth3"]) == [0, 3, 2, 1])
        try machine.attributes("devices/\(card)", ["mlx4_port2": "ib"])
        machine.remove("class/net/eth2")
        #expect(positions(machine, ["eth0", "eth1", "eth3"]) == [0, 2, 1])
    }

    @Test("NICs on other buses come last, by their paths")
    func otherBuses() throws {
        let machine = try FakeSysfs()
        let controller = "pci0000:00/0000:00:14.0"
        try machine.pci(controller, class: 0x0c0330)
        try machine.usb("\(controller)/usb1/1-2", interface: "1-2:1.0")
        try machine.net("eth0", on: "\(controller)/usb1/1-2/1-2:1.0")
        try machine.device("platform/fd580000.ethernet", bus: "platform")
        try machine.net("eth1", on: "platform/fd580000.ethernet")
        try machine.device("platform/a003e00.virtio_mmio", bus: "platform")
        try machine.virtio("eth2", on: "platform/a003e00.virtio_mmio")
        try machine.pci("pci0000:00/0000:00:1f.6")
        try machine.net("eth3", on: "pci0000:00/0000:00:1f.6")
        #expect(positions(machine, ["eth0", "eth1", "eth2", "eth3"]) == [1, 3, 2, 0])
    }

    @Test("NICs of Hyper-V and of virtio without PCI count before they have a driver")
    func undrivenElsewhere() throws {
        let machine = try FakeSysfs()
        machine.remove("bus/pci")
        for (name, kind) in [
            ("a", "f8615163-df3e-46c5-913f-f2d2f965ed0e"), ("b", "ba6163d9-04a1-4d29-b605-72e2ffb1dc7f"),
        ] {
            try machine.device("VMBUS:00/\(name)", bus: "vmbus", ["class_id": "{\(kind)}"])
        }
        try machine.device("VMBUS:00/c", bus: "vmbus", ["class_id": "{f8615163-df3e-46c5-913f-f2d2f965ed0e}"])
        try machine.net("eth0", on: "VMBUS:00/c")
        #expect(positions(machine, ["eth0"]) == [1])
        try machine.device("VMBUS:00/0/virtio4", bus: "virtio", ["device": "0x0001"])
        #expect(positions(machine, ["eth0"]) == [2])
    }

    @Test("a machine without PCI, or without sysfs at all, has no order to tell")
    func nothing() throws {
        let machine = try FakeSysfs()
        machine.remove("bus/pci")
        #expect(NICOrder(sysfs: machine.root).position(of: "eth0") == nil)
        #expect(NICOrder(sysfs: machine.root + "/absent").position(of: "eth0") == nil)
    }

    @Test(
        "a PCI address is read as sysfs writes it",
        arguments: [
            ("0000:03:00.0", "0000:03:00.0"), ("10000:E1:1f.7", "10000:e1:1f.7"), ("000:03:00.0", nil),
            ("0000:03:20.0", nil), ("0000:03:00.8", nil), ("0000:03:00", nil), ("0000:3:00.0", nil), ("", nil),
            ("0000:+3:00.0", nil), ("0000:03:00.0.0", nil), ("123456789:03:00.0", nil), ("pci0000:00", nil),
        ])
    func address(text: String, canonical: String?) {
        #expect(PCIAddress(text)?.description == canonical)
    }
}
