import BlockDevices

/// The language of erase commands that a disk speaks.
enum CommandSet: Sendable, Equatable {
    case nvme
    case ata
    case scsi
    /// None, or none that is safe to ask: bridges to USB hang on commands they do not know.
    case none

    /// An ATA disk behind a SCSI translation, libata's or an adapter's, has the vendor `ATA` (SAT-4 9.2).
    init(_ disk: Disk) {
        switch disk.transport {
        case .nvme, .nvmeOverFabrics: self = .nvme
        case .usb, .nbd, .mmc, .other: self = .none
        case .sata, .sas, .scsi, .virtio, .iscsi, .fibreChannel:
            guard disk.name.hasPrefix("sd") else {
                self = .none
                return
            }
            self = disk.vendor == "ATA" ? .ata : .scsi
        }
    }
}
