/// QEMU's command line for a machine: qemu-system(1), one option after the other. Pure, so that it can be read in a test.
struct QEMUArguments {
    /// The machine.
    let machine: MachineConfiguration
    /// `tcg` or `kvm`.
    let accelerator: String
    /// The UNIX socket QEMU makes for the serial line.
    let serialSocket: String
    /// The UNIX socket QEMU makes for QMP.
    let controlSocket: String
    /// OVMF's code and this machine's copy of its variables; needed for `uefi` alone.
    let firmwareFiles: (code: String, variables: String)?

    /// All arguments, the program first. Commas in paths are doubled, as QEMU's option lists want them.
    var words: [String] {
        (machine.namespace.map { ["ip", "netns", "exec", $0] } ?? []) + board + firmware + console + boot + disks
            + media + networkCards
    }

    private var board: [String] {
        // Graphics off sends SeaBIOS's and iPXE's text to the serial line, too.
        var words = ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-machine"]
        words += ["\(machine.chipset.rawValue),accel=\(accelerator),graphics=off", "-cpu", "max"]
        words += ["-m", String(machine.memoryMiB), "-smp", String(machine.processors), "-display", "none"]
        words += ["-vga", "std", "-device", "virtio-rng-pci", "-rtc", "base=utc"]
        var system = "type=1,manufacturer=Martlet,product=Lab,serial=\(escaped(machine.systemSerial))"
        if let uuid = machine.systemUUID { system += ",uuid=\(uuid)" }
        words += ["-smbios", system]
        // Paused until the cables are as the machine wants them.
        words.append("-S")
        if machine.endsAtReset { words.append("-no-reboot") }
        return words
    }

    private var firmware: [String] {
        guard case .uefi = machine.firmware, let files = firmwareFiles else { return [] }
        return [
            "-drive", "if=pflash,unit=0,format=raw,readonly=on,file=\(escaped(files.code))",
            "-drive", "if=pflash,unit=1,format=raw,file=\(escaped(files.variables))",
        ]
    }

    private var console: [String] {
        // QEMU waits for the console's reader, so that no line is lost.
        [
            "-chardev", "socket,id=serial,path=\(escaped(serialSocket)),server=on,wait=on", "-serial", "chardev:serial",
            "-chardev", "socket,id=control,path=\(escaped(controlSocket)),server=on,wait=off",
            "-mon", "chardev=control,mode=control",
        ]
    }

    private var boot: [String] {
        guard case .kernel(let path, let initramfs, let commandLine) = machine.boot else { return [] }
        return ["-kernel", path, "-initrd", initramfs, "-append", commandLine]
    }

    private func bootIndex(_ isFirst: Bool) -> String {
        isFirst ? ",bootindex=0" : ""
    }

    private var disks: [String] {
        var words: [String] = []
        if machine.disks.contains(where: { $0.bus == .virtioSCSI }) {
            words += ["-device", "virtio-scsi-pci,id=scsi"]
        }
        if machine.disks.contains(where: { $0.bus == .ahci }) {
            words += ["-device", "ahci,id=ahci"]
        }
        var ports = 0
        for (index, disk) in machine.disks.enumerated() {
            var drive = "if=none,id=disk\(index),format=raw,cache=writeback,discard=unmap"
            drive += ",node-name=raw\(index),file.node-name=file\(index)"
            drive += file(of: disk)
            if let limit = disk.operationsPerSecond { drive += ",throttling.iops-total=\(limit)" }
            if disk.isShared { drive += ",file.locking=off" }
            words += ["-drive", drive]

            var device: String
            switch disk.bus {
            case .virtioBlock: device = "virtio-blk-pci"
            case .virtioSCSI: device = "scsi-hd,bus=scsi.0"
            case .nvme: device = "nvme"
            case .ahci:
                device = "ide-hd,bus=ahci.\(ports)"
                ports += 1
            }
            device += ",id=drive\(index),drive=disk\(index)"
            device += ",logical_block_size=\(disk.sectorSize),physical_block_size=\(disk.sectorSize)"
            if let serial = disk.serial ?? (disk.bus == .nvme ? "NVME-\(index)" : nil) {
                device += ",serial=\(escaped(serial))"
            }
            if disk.isShared { device += ",share-rw=on" }
            if let wwn = disk.wwn { device += ",wwn=0x\(String(wwn, radix: 16))" }
            if case .disk(index) = machine.boot { device += bootIndex(true) }
            words += ["-device", device]
        }
        return words
    }

    /// The backing file, behind a driver that fails where it is told to: QEMU documentation, docs/devel/blkdebug.
    private func file(of disk: MachineDisk) -> String {
        let path = escaped(disk.image.path)
        guard let error = disk.writeError else { return ",file=\(path)" }
        let fault = [
            "event=none", "iotype=write", "errno=5", "sector=\(error.sector)", "once=\(error.isOnce ? "on" : "off")",
        ]
        return ",file.driver=blkdebug,file.image.driver=file,file.image.filename=\(path)"
            + fault.map { ",file.inject-error.0.\($0)" }.joined()
    }

    private var media: [String] {
        var words: [String] = []
        if machine.media.contains(where: { $0.bus == .virtioSCSI }) {
            words += ["-device", "virtio-scsi-pci,id=cdscsi"]
        }
        if machine.media.contains(where: { $0.bus == .usb }) { words += ["-device", "qemu-xhci,id=xhci"] }
        if machine.media.contains(where: { $0.bus == .sata }), machine.chipset == .pc {
            words += ["-device", "ahci,id=cdahci"]
        }
        for (index, medium) in machine.media.enumerated() {
            words += ["-drive", "if=none,id=medium\(index),format=raw,readonly=on,file=\(escaped(medium.path))"]
            var device: String
            switch medium.bus {
            case .sata: device = "ide-cd,bus=\(machine.chipset == .pc ? "cdahci" : "ide").\(index)"
            case .usb: device = "usb-storage,bus=xhci.0,removable=on"
            case .virtioSCSI: device = "scsi-cd,bus=cdscsi.0"
            }
            device += ",drive=medium\(index)"
            if case .media = machine.boot { device += bootIndex(index == 0) }
            words += ["-device", device]
        }
        return words
    }

    private var networkCards: [String] {
        var words: [String] = []
        for (index, card) in machine.networkCards.enumerated() {
            var bootsFromIt = false
            switch card.peer {
            case .user(let restricted):
                var network = "user,id=net\(index),restrict=\(restricted ? "on" : "off")"
                if index == 0, case .network(let url) = machine.boot {
                    network += ",bootfile=\(escaped(url))"
                    bootsFromIt = true
                }
                words += ["-netdev", network]
            case .silence:
                words += ["-netdev", "hubport,id=net\(index),hubid=\(index)"]
            case .port(let name):
                // Without the header of virtio the guest computes its checksums: the switch would not.
                words += ["-netdev", "tap,id=net\(index),ifname=\(name),script=no,downscript=no,vnet_hdr=off"]
            }
            var device = "\(card.model),id=nic\(index),netdev=net\(index),mac=\(card.hardwareAddress(index: index))"
            // Without its option ROM a card does not delay the firmware.
            device += bootsFromIt ? bootIndex(true) : ",romfile="
            words += ["-device", device]
        }
        return words
    }

    private func escaped(_ value: String) -> String {
        value.replacing(",", with: ",,")
    }
}
