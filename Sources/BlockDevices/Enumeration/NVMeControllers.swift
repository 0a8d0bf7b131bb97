import LinuxSystem

/// An NVMe controller as the kernel describes it in sysfs. It is there without any namespace, too, and then no disk is.
public struct NVMeControllerDevice: Sendable, Equatable {
    /// The kernel's name, such as `nvme0`.
    public var name: String
    /// Serial number, which all its namespaces share; empty when unknown.
    public var serial = ""
    /// Model; empty when unknown.
    public var model = ""
    /// Whether it is on PCI Express, and not somewhere on a network.
    public var isLocal = true
    /// Whether it takes commands.
    public var isLive = true

    /// A controller of this name.
    public init(name: String) {
        self.name = name
    }

    /// Its character device, such as `/dev/nvme0`.
    public var devicePath: String { "/dev/\(name)" }
}

extension BlockSysfs {
    /// Every NVMe controller of the machine, in the order of their names; none where the kernel has no driver for them.
    public func nvmeControllers() -> [NVMeControllerDevice] {
        let directory = "\(sysRoot)/class/nvme"
        let names = ((try? Files.list(directory)) ?? []).filter { $0.utf8.starts(with: "nvme".utf8) }
        return names.sorted { ($0.count, $0) < ($1.count, $1) }.map { name in
            let node = SysfsNode("\(directory)/\(name)")
            var device = NVMeControllerDevice(name: name)
            device.serial = node.text("serial") ?? ""
            device.model = node.text("model") ?? ""
            device.isLocal = node.text("transport") == "pcie"
            device.isLive = (node.text("state") ?? "live") == "live"
            return device
        }
    }

    /// The namespace's identifier on its controller; `nil` of a disk that is no NVMe namespace.
    public func namespaceIdentifier(of disk: Disk) -> UInt32? {
        guard disk.isNamespace else { return nil }
        return SysfsNode("\(sysRoot)/block/\(disk.name)").number("nsid")
    }

    /// The disk that a namespace of a controller is; `nil` as long as the kernel has none, or one without a size.
    ///
    /// - Throws: `SystemCallError` when `/sys/block` cannot be listed.
    public func namespace(_ identifier: UInt32, of controller: NVMeControllerDevice) throws(SystemCallError) -> Disk? {
        guard let serial = DiskIdentity.normalisedSerial(controller.serial) else { return nil }
        return try disks().first { disk in
            disk.sizeBytes > 0 && namespaceIdentifier(of: disk) == identifier
                && disk.normalisedSerials.contains(serial)
        }
    }
}

extension Disk {
    /// Whether it is a namespace of an NVMe controller.
    public var isNamespace: Bool { transport == .nvme || transport == .nvmeOverFabrics }
}
