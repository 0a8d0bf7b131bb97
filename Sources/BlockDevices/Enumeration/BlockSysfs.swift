import LinuxSystem

/// Disks and what is stacked on them, read from sysfs and procfs. No device is opened, so nothing here can hang on one.
public struct BlockSysfs: Sendable {
    /// Where sysfs is mounted.
    public let sysRoot: String
    /// Where procfs is mounted.
    public let procRoot: String

    /// Reads these trees; tests give their own.
    public init(sysRoot: String = "/sys", procRoot: String = "/proc") {
        self.sysRoot = sysRoot
        self.procRoot = procRoot
    }

    /// Every whole disk and optical drive of the machine, in the order of their names (`sda` before `sdaa`, `sdb`
    /// before `sdaa`).
    ///
    /// Left out: loop, ram, zram and other virtual devices, md and dm devices (they are holders of disks), floppies,
    /// hidden NVMe paths, boot and RPMB areas of an eMMC, and network block devices that are not connected.
    ///
    /// - Throws: `SystemCallError` when `/sys/block` cannot be listed. A disk that vanishes meanwhile is left out.
    public func disks() throws(SystemCallError) -> [Disk] {
        let names = try Files.list(sysRoot + "/block")
        let uses = UseTable(procRoot: procRoot)
        let reader = HolderReader(sysRoot: sysRoot, census: BlockCensus(sysRoot: sysRoot, wholeDevices: names))
        var lowestHosts: [String: Int] = [:]
        let disks = names.filter(isRealDisk).compactMap { try? disk(named: $0, uses: uses, reader, &lowestHosts) }
        return disks.filter { !($0.transport == .nbd && $0.sizeBytes == 0) }
            .sorted { ($0.name.count, $0.name) < ($1.name.count, $1.name) }
    }

    /// One whole block device of any kind by the kernel's name, such as `sda` or `loop0`.
    ///
    /// - Throws: `SystemCallError` `ENXIO` when there is no such whole device.
    public func disk(named name: String) throws(SystemCallError) -> Disk {
        var lowestHosts: [String: Int] = [:]
        return try disk(
            named: name, uses: UseTable(procRoot: procRoot), HolderReader(sysRoot: sysRoot), &lowestHosts)
    }

    private func isRealDisk(_ name: String) -> Bool {
        let excluded = ["loop", "ram", "zram", "md", "dm-", "fd"]
        if excluded.contains(where: { prefix in
            name.utf8.starts(with: prefix.utf8) && name.dropFirst(prefix.count).first?.isNumber == true
        }) {
            return false
        }
        if name.hasPrefix("mmcblk"), name.contains("boot") || name.contains("rpmb") { return false }
        let directory = "\(sysRoot)/block/\(name)"
        if name.hasPrefix("nvme"), SysfsNode(directory).flag("hidden") { return false }
        // Under devices/virtual live only devices without hardware, but for these two.
        if name.hasPrefix("nbd") || name.hasPrefix("nvme") { return true }
        let target = (try? Files.linkTarget(directory)) ?? ""
        return !target.contains("/devices/virtual/")
    }

    /// - Parameter lowestHosts: what earlier disks have found out for `DevicePathNames`.
    private func disk(
        named name: String, uses: UseTable, _ reader: HolderReader, _ lowestHosts: inout [String: Int]
    ) throws(SystemCallError) -> Disk {
        let node = SysfsNode("\(sysRoot)/block/\(name)")
        guard let sectors = node.number("size", as: UInt64.self) else {
            throw SystemCallError(call: "read", subject: node.path + "/size", errno: .noSuchAddressOrDevice)
        }
        var disk = Disk(name: name, sizeBytes: bytes(ofSectors: sectors))
        // sd(4) drives nothing but disks.
        let type = name.utf8.starts(with: "sd".utf8) ? "0" : node.text("device/type")
        let isOptical = name.hasPrefix("sr") || type == "5"
        disk.kind = isOptical ? .optical : .disk
        disk.number = node.text("dev").flatMap { DeviceNumber($0) }
        disk.logicalSectorSize = node.number("queue/logical_block_size") ?? 512
        disk.physicalSectorSize = node.number("queue/physical_block_size") ?? disk.logicalSectorSize
        disk.isRotational = node.flag("queue/rotational")
        disk.isRemovable = node.flag("removable")
        disk.isReadOnly = node.flag("ro")
        disk.sequence = node.number("diskseq")
        disk.transport = .of(
            name: name, devicePath: node.path, nvmeTransports: nvmeTransports(name, node),
            isFibreChannelHost: { Files.exists("\(sysRoot)/class/fc_host/\($0)") })
        // MMC has a type as well, in letters.
        readIdentity(of: &disk, node, isSCSI: type.flatMap { Int($0) } != nil)
        let device = node.path.pathComponents.dropLast(2).last ?? ""
        disk.hctl = SCSIAddress(device).map { "\($0)" }
        let namespace = name.hasPrefix("nvme") ? node.text("nsid") : nil
        var pathNames = DevicePathNames(sysRoot: sysRoot, path: node.path, lowestHosts: lowestHosts)
        disk.byPath = pathNames.names(namespace: namespace)
        lowestHosts = pathNames.lowestHosts
        disk.partitions = reader.partitions(in: node.path)
        disk.holders = reader.holders(in: node.path)
        disk.uses = uses.uses(of: disk)
        return disk
    }

    /// The transports of a namespace's controller, or of all controllers of its subsystem when it has several paths.
    private func nvmeTransports(_ name: String, _ node: SysfsNode) -> [String] {
        guard name.hasPrefix("nvme") else { return [] }
        if let own = node.text("device/transport") { return [own] }
        let controllers = (try? Files.list(node.path + "/device")) ?? []
        return controllers.filter { $0.hasPrefix("nvme") }.compactMap { node.text("device/\($0)/transport") }
    }

    /// An attribute that a kind of disk never has is not looked for: with hundreds of disks that takes time.
    private func readIdentity(of disk: inout Disk, _ node: SysfsNode, isSCSI: Bool) {
        let isMMC = disk.transport == .mmc
        func unlessSCSI(_ name: String) -> String? { isSCSI ? nil : node.text(name) }
        disk.vendor = node.text("device/vendor") ?? ""
        disk.model = node.text("device/model") ?? (isMMC ? node.text("device/name") : nil) ?? ""
        disk.firmware =
            unlessSCSI("device/firmware_rev") ?? node.text("device/rev") ?? (isMMC ? node.text("device/fwrev") : nil)
            ?? ""
        let product =
            isSCSI
            ? VitalProductData(
                page80: node.bytes("device/vpd_pg80"), page83: node.bytes("device/vpd_pg83"),
                page89: disk.vendor == "ATA" ? node.bytes("device/vpd_pg89") : [])
            : VitalProductData(page80: [], page83: [])
        disk.fullModel = product.ataModel
        disk.serials = distinct([
            unlessSCSI("device/serial"), unlessSCSI("serial"), product.serial,
            disk.transport == .usb ? usbSerial(node.path) : nil,
        ])
        let isNVMe = disk.name.hasPrefix("nvme")
        disk.worldwideNames = distinct(
            [unlessSCSI("wwid"), node.text("device/wwid")] + product.names
                + (!isNVMe
                    ? []
                    : [
                        node.text("eui").map { "eui." + $0 }, node.text("nguid").map { "eui." + $0 },
                        node.text("uuid").map { "uuid." + $0 },
                    ]))
    }

    /// The serial number of the USB device that a disk belongs to: the nearest directory above with `idVendor`.
    private func usbSerial(_ path: String) -> String? {
        var components = path.pathComponents
        while components.count > 2 {
            components.removeLast()
            let directory = "/" + components.joined(separator: "/")
            if Files.exists(directory + "/idVendor") { return Files.attribute(directory + "/serial") }
        }
        return nil
    }

    /// Values that are there, each once. NVMe's eui and nguid lose their separators here, so that they equal `wwid`.
    private func distinct(_ values: [String?]) -> [String] {
        var kept: [String] = []
        for value in values.compactMap({ $0 }) where !value.isEmpty {
            let clean = value.hasPrefix("eui.") ? value.filter { $0 != " " && $0 != "-" } : value
            if !kept.contains(clean) { kept.append(clean) }
        }
        return kept
    }
}

/// Sysfs counts sectors of 512 bytes whatever the disk's own.
func bytes(ofSectors sectors: UInt64) -> UInt64 {
    let (bytes, overflow) = sectors.multipliedReportingOverflow(by: 512)
    return overflow ? .max : bytes
}
