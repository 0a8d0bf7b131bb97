/// How a disk is attached.
public enum DiskTransport: String, Sendable, Equatable, CaseIterable {
    /// NVMe on PCI Express.
    case nvme
    /// NVMe over TCP, RDMA or Fibre Channel.
    case nvmeOverFabrics = "nvmeof"
    /// An ATA port.
    case sata
    /// Serial Attached SCSI.
    case sas
    /// Parallel SCSI, a RAID controller's volume, or a hypervisor's SCSI.
    case scsi
    /// virtio-blk or virtio-scsi.
    case virtio
    /// USB.
    case usb
    /// iSCSI, in software or on an adapter.
    case iscsi
    /// Fibre Channel or FCoE.
    case fibreChannel = "fc"
    /// Network block device.
    case nbd
    /// eMMC or SD card.
    case mmc
    /// None of these.
    case other

    /// Whether the medium is somewhere else on a network, where other machines may use it.
    public var isRemote: Bool {
        switch self {
        case .nvmeOverFabrics, .iscsi, .fibreChannel, .nbd: true
        case .nvme, .sata, .sas, .scsi, .virtio, .usb, .mmc, .other: false
        }
    }

    /// The transport of a disk by its place in the device tree.
    ///
    /// - Parameters:
    ///   - name: the kernel's name of the disk.
    ///   - devicePath: its directory in sysfs, all links resolved.
    ///   - nvmeTransports: the `transport` attributes of its NVMe controllers (`pcie`, `tcp`, `rdma`, `fc`, `loop`).
    ///   - isFibreChannelHost: whether the SCSI host of this name is in `/sys/class/fc_host`.
    static func of(
        name: String, devicePath: String, nvmeTransports: [String], isFibreChannelHost: (String) -> Bool
    ) -> DiskTransport {
        if name.hasPrefix("nvme") {
            let isLocal =
                nvmeTransports.isEmpty ? devicePath.contains("/pci") : nvmeTransports.allSatisfy { $0 == "pcie" }
            return isLocal ? .nvme : .nvmeOverFabrics
        }
        if name.hasPrefix("nbd") { return .nbd }
        if name.hasPrefix("mmcblk") { return .mmc }
        let components = devicePath.pathComponents
        func has(_ prefix: String) -> Bool {
            components.contains { component in
                guard component.utf8.starts(with: prefix.utf8) else { return false }
                return component.dropFirst(prefix.count).first?.isNumber == true
            }
        }
        if let host = components.first(where: { $0.utf8.starts(with: "host".utf8) }), isFibreChannelHost(String(host)) {
            return .fibreChannel
        }
        if has("session") { return .iscsi }
        if has("usb") { return .usb }
        if has("virtio") { return .virtio }
        if has("ata") { return .sata }
        if has("end_device-") { return .sas }
        return name.hasPrefix("sd") || name.hasPrefix("sr") ? .scsi : .other
    }
}
