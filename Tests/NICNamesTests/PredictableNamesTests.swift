import LinuxSystem
import NICNames
import Testing

@Suite("Names that udev would give a NIC")
struct PredictableNamesTests {
    @Test("virtio on the machine's first bus: by slot, and by PCI address")
    func virtio() throws {
        let machine = try FakeSysfs()
        try machine.pci("pci0000:00/0000:00:03.0", driver: "virtio-pci")
        try machine.virtio("eth0", on: "pci0000:00/0000:00:03.0")
        try machine.slot("3", "0000:00:03")
        try machine.slot("4", "0000:00:04")
        let names = PredictableNames(of: "eth0", sysfs: machine.root)
        #expect(names.all == ["ens3", "enp0s3", "enx525400123456"])
        #expect(names.preferred == "ens3")
    }

    @Test("behind a root port: the port's slot is not the NIC's, for others could claim it")
    func rootPort() throws {
        let machine = try FakeSysfs()
        try machine.bridge("pci0000:00/0000:00:02.0")
        try machine.pci("pci0000:00/0000:00:02.0/0000:01:00.0")
        try machine.virtio("eth0", on: "pci0000:00/0000:00:02.0/0000:01:00.0", number: 11)
        try machine.slot("7", "0000:00:02")
        #expect(PredictableNames(of: "eth0", sysfs: machine.root).all == ["enp1s0", "enx525400123456"])
        #expect(PredictableNames(of: "eth0", sysfs: machine.root).preferred == "enp1s0")
        try machine.slot("2", "0000:01:00")
        #expect(PredictableNames(of: "eth0", sysfs: machine.root).preferred == "ens2")
    }

    @Test("a slot may be a whole bus, and only those with a number count")
    func slots() throws {
        let machine = try FakeSysfs()
        try machine.pci("pci0000:00/0000:3b:00.0")
        try machine.net("eth0", on: "pci0000:00/0000:3b:00.0")
        for name in ["0", "2-1", "one"] { try machine.slot(name, "0000:3b:00") }
        #expect(PredictableNames(of: "eth0", sysfs: machine.root).preferred == "enp59s0")
        try machine.slot("9", "0000:3b")
        #expect(PredictableNames(of: "eth0", sysfs: machine.root).preferred == "ens9")
    }

    @Test(
        "firmware's number of a NIC on the board comes first, unless it is rubbish",
        arguments: [
            (["acpi_index": "1", "index": "2"], "eno1"), (["index": "2"], "eno2"), (["acpi_index": "0"], "eno0"),
            (["acpi_index": "65535"], "eno65535"), (["acpi_index": "65536"], "enp2s0"),
            (["acpi_index": "16777215"], "enp2s0"), (["index": "first"], "enp2s0"), ([:], "enp2s0"),
        ])
    func onboard(attributes: [String: String], name: String) throws {
        let machine = try FakeSysfs()
        try machine.pci("pci0000:00/0000:00:1c.0/0000:02:00.0", attributes)
        try machine.net("eth0", on: "pci0000:00/0000:00:1c.0/0000:02:00.0")
        #expect(PredictableNames(of: "eth0", sysfs: machine.root).preferred == name)
    }

    @Test("two ports that their driver names")
    func portNames() throws {
        let machine = try FakeSysfs()
        for port in 0...1 {
            let place = "pci0000:80/0000:80:02.0/0000:81:00.\(port)"
            try machine.pci(place, header: 0x80)
            try machine.net("eth\(port)", on: place, ["phys_port_name": "p\(port)"])
        }
        #expect(PredictableNames(of: "eth0", sysfs: machine.root).preferred == "enp129s0f0np0")
        #expect(PredictableNames(of: "eth1", sysfs: machine.root).preferred == "enp129s0f1np1")
    }

    @Test("the first function of several carries its number too, by the header or by its neighbours")
    func multifunction() throws {
        let machine = try FakeSysfs()
        for function in 0...3 {
            let place = "pci0000:00/0000:00:01.0/0000:04:00.\(function)"
            try machine.pci(place, header: function == 0 ? nil : 0x80)
            try machine.net("eth\(function)", on: place)
        }
        let names = (0...3).map { PredictableNames(of: "eth\($0)", sysfs: machine.root).preferred }
        #expect(names == ["enp4s0f0", "enp4s0f1", "enp4s0f2", "enp4s0f3"])
    }

    @Test("a bridge's slot names functions of one card, but not the same functions of two")
    func slotOfBridge() throws {
        let machine = try FakeSysfs()
        let bridge = "pci0000:00/0000:00:01.0"
        try machine.bridge(bridge)
        try machine.slot("5", "0000:00:01")
        for function in 0...1 {
            try machine.pci("\(bridge)/0000:04:00.\(function)", header: 0x80)
            try machine.net("eth\(function)", on: "\(bridge)/0000:04:00.\(function)")
        }
        #expect(PredictableNames(of: "eth0", sysfs: machine.root).all == ["ens5f0", "enp4s0f0", "enx525400123456"])
        #expect(PredictableNames(of: "eth1", sysfs: machine.root).preferred == "ens5f1")
        try machine.pci("\(bridge)/0000:04:01.0", header: 0x80)
        #expect(PredictableNames(of: "eth0", sysfs: machine.root).preferred == "enp4s0f0")
        #expect(PredictableNames(of: "eth1", sysfs: machine.root).preferred == "ens5f1")
    }

    @Test("with ARI the device's number is a part of the function's")
    func alternativeRouting() throws {
        let machine = try FakeSysfs()
        try machine.pci("pci0000:00/0000:04:01.2", header: 0x80, ["ari_enabled": "1"])
        try machine.net("eth0", on: "pci0000:00/0000:04:01.2")
        #expect(PredictableNames(of: "eth0", sysfs: machine.root).preferred == "enp4s1f10")
    }

    @Test(
        "domains above 0 are in the name, in decimal", arguments: [("0001:03:00.0", "P1"), ("10000:03:00.0", "P65536")])
    func domain(address: String, part: String) throws {
        let machine = try FakeSysfs()
        try machine.pci("pci/\(address)")
        try machine.net("eth0", on: "pci/\(address)")
        try machine.slot("8", String(address.dropLast(2)))
        let names = PredictableNames(of: "eth0", sysfs: machine.root)
        #expect(names.all.prefix(2) == ["en\(part)s8", "en\(part)p3s0"])
    }

    @Test("a USB NIC is preferred by MAC address; its place is the chain of ports")
    func usb() throws {
        let machine = try FakeSysfs()
        let controller = "pci0000:00/0000:00:14.0"
        try machine.pci(controller, class: 0x0c0330)
        try machine.usb("\(controller)/usb1/1-2", interface: "1-2:1.0")
        try machine.net("eth0", on: "\(controller)/usb1/1-2/1-2:1.0", ["address": "00:e0:4c:68:01:02"])
        try machine.usb("\(controller)/usb1/1-3/1-3.4", interface: "1-3.4:2.1")
        try machine.net("eth1", on: "\(controller)/usb1/1-3/1-3.4/1-3.4:2.1", ["addr_assign_type": "1"])
        let names = PredictableNames(of: "eth0", sysfs: machine.root)
        #expect(names.preferred == "enx00e04c680102")
        #expect(names.all == ["enx00e04c680102", "enp0s20u2"])
        // A random address names nothing, and there is no other policy.
        #expect(PredictableNames(of: "eth1", sysfs: machine.root).all == ["enp0s20u3u4c2i1"])
        #expect(PredictableNames(of: "eth1", sysfs: machine.root).preferred == nil)
    }

    @Test("a virtual function has its physical function's name")
    func virtualFunction() throws {
        let machine = try FakeSysfs()
        let bus = "pci0000:00/0000:00:01.0"
        try machine.pci("\(bus)/0000:04:00.0", header: 0x80, ["acpi_index": "3"])
        try machine.pci("\(bus)/0000:04:10.1", ["acpi_index": "9"])
        try machine.link("devices/\(bus)/0000:04:10.1/physfn", to: "devices/\(bus)/0000:04:00.0")
        try machine.net("eth0", on: "\(bus)/0000:04:00.0")
        try machine.net("eth1", on: "\(bus)/0000:04:10.1", ["addr_assign_type": "1"])
        // Until the physical function has its link, the other is only itself.
        #expect(PredictableNames(of: "eth1", sysfs: machine.root).all == ["eno9", "enp4s16f1"])
        try machine.link("devices/\(bus)/0000:04:00.0/virtfn12", to: "devices/\(bus)/0000:04:10.1")
        #expect(PredictableNames(of: "eth1", sysfs: machine.root).all == ["eno3v12", "enp4s0f0v12"])
        #expect(PredictableNames(of: "eth0", sysfs: machine.root).all.first == "eno3")
    }

    @Test("two links of one function are told apart by their ports")
    func ports() throws {
        let machine = try FakeSysfs()
        try machine.pci("pci0000:00/0000:05:00.0", ["index": "1"])
        for port in 0...1 {
            try machine.net("eth\(port)", on: "pci0000:00/0000:05:00.0", ["dev_port": "\(port)"])
        }
        #expect(PredictableNames(of: "eth0", sysfs: machine.root).all.prefix(2) == ["eno1", "enp5s0"])
        #expect(PredictableNames(of: "eth1", sysfs: machine.root).all.prefix(2) == ["eno1d1", "enp5s0d1"])
    }

    @Test("names that are no names are left out, and the next one is preferred")
    func unusable() throws {
        let machine = try FakeSysfs()
        try machine.pci("pci0000:00/0000:05:00.0", ["index": "65535"])
        try machine.net("eth0", on: "pci0000:00/0000:05:00.0", ["phys_port_name": "port1"])
        try machine.net("eth1", on: "pci0000:00/0000:05:00.0", ["phys_port_name": "1/2"])
        try machine.net("eth2", on: "pci0000:00/0000:05:00.0", ["phys_port_name": "a-port-of-many"])
        #expect(
            PredictableNames(of: "eth0", sysfs: machine.root).all == [
                "eno65535nport1", "enp5s0nport1", "enx525400123456",
            ])
        #expect(PredictableNames(of: "eth1", sysfs: machine.root).all == ["enx525400123456"])
        #expect(PredictableNames(of: "eth2", sysfs: machine.root).preferred == nil)
    }

    @Test(
        "only the hardware's own MAC address makes a name",
        arguments: [
            ["addr_assign_type": "1"], ["addr_assign_type": "3"], ["addr_assign_type": ""], ["address": ""],
            ["address": "00:00:00:00:00:00"], ["address": "nonsense"],
        ])
    func address(attributes: [String: String]) throws {
        let machine = try FakeSysfs()
        try machine.pci("pci0000:00/0000:05:00.0")
        try machine.net("eth0", on: "pci0000:00/0000:05:00.0", attributes)
        #expect(PredictableNames(of: "eth0", sysfs: machine.root).all == ["enp5s0"])
    }

    @Test("on other buses only the MAC address names, and the kernel's name stays")
    func otherBuses() throws {
        let machine = try FakeSysfs()
        try machine.device("LNXSYSTM:00/VMBUS:00/5b6ce4d8-0001", bus: "vmbus")
        try machine.net("eth0", on: "LNXSYSTM:00/VMBUS:00/5b6ce4d8-0001")
        #expect(PredictableNames(of: "eth0", sysfs: machine.root).all == ["enx525400123456"])
        #expect(PredictableNames(of: "eth0", sysfs: machine.root).preferred == nil)
    }

    @Test("a name that the kernel calls predictable stays")
    func predictableByKernel() throws {
        let machine = try FakeSysfs()
        try machine.pci("pci0000:00/0000:05:00.0")
        try machine.net("mgmt0", on: "pci0000:00/0000:05:00.0", ["name_assign_type": "2"])
        #expect(PredictableNames(of: "mgmt0", sysfs: machine.root).preferred == "mgmt0")
    }

    @Test("what is no wired NIC, or is half gone, has no names")
    func others() throws {
        let machine = try FakeSysfs()
        let place = "pci0000:00/0000:05:00.0"
        try machine.pci(place)
        try machine.net("ib0", on: place, ["type": "32"])
        try machine.net("typeless", on: place, ["type": ""])
        try machine.net("wlan0", on: place, ["uevent": "DEVTYPE=wlan\nINTERFACE=wlan0"])
        try machine.net("wlan1", on: place)
        try Files.makeDirectories("\(machine.root)/class/net/wlan1/wireless")
        try machine.net("lan1", on: place, ["iflink": "7"])
        try machine.net("gone", on: "pci0000:00/0000:06:00.0")
        machine.remove("devices/pci0000:00/0000:06:00.0/net/gone/device")
        try machine.attributes("devices/virtual/net/dummy0", ["type": "1"])
        try machine.link("class/net/dummy0", to: "devices/virtual/net/dummy0")
        for link in ["ib0", "typeless", "wlan0", "wlan1", "lan1", "gone", "dummy0", "absent", "", "../net/ib0"] {
            let names = PredictableNames(of: link, sysfs: machine.root)
            #expect(names.all.isEmpty && names.preferred == nil, "\(link)")
        }
    }

    @Test("a missing attribute costs only what it would have told")
    func missingAttributes() throws {
        let machine = try FakeSysfs()
        let place = "pci0000:00/0000:05:00.0"
        try machine.pci(place, header: nil)
        try machine.net("eth0", on: place)
        for name in ["dev_port", "phys_port_name", "addr_assign_type", "ifindex", "name_assign_type", "uevent"] {
            machine.remove("devices/\(place)/net/eth0/\(name)")
        }
        for name in ["class", "ari_enabled", "modalias"] { machine.remove("devices/\(place)/\(name)") }
        machine.remove("bus/pci/slots")
        #expect(PredictableNames(of: "eth0", sysfs: machine.root).all == ["enp5s0"])
    }
}
