/// What a machine of the lab is made of.
public struct MachineConfiguration: Sendable {
    /// The board.
    public enum Chipset: String, Sendable {
        /// i440FX with PCI.
        case pc
        /// ICH9 with PCI Express, an AHCI controller and a server's usual topology.
        case q35
    }

    /// What runs before the kernel.
    public enum Firmware: Sendable {
        /// SeaBIOS.
        case bios
        /// OVMF, each machine with variables of its own.
        case uefi
    }

    /// Where the first program comes from.
    public enum Boot: Sendable {
        /// QEMU loads kernel and initramfs itself.
        case kernel(path: String, initramfs: String, commandLine: String)
        /// The firmware boots the first medium of `media`.
        case media
        /// The network card's iPXE chains to this URL, which QEMU's DHCP server names as the boot file.
        case network(url: String)
        /// The firmware boots the disk of this index.
        case disk(Int)
        /// The firmware goes by its own boot order.
        case firmware
    }

    /// A CD image in a drive, or a USB stick.
    public struct Medium: Sendable {
        /// How it is attached.
        public enum Bus: Sendable {
            /// A SATA CD drive: needs a board with AHCI (`q35`) and the guest's ahci and sr_mod.
            case sata
            /// A USB stick behind xHCI.
            case usb
            /// A virtio-scsi CD drive.
            case virtioSCSI
        }

        /// The image file.
        public var path: String
        /// How it is attached.
        public var bus: Bus

        /// A medium in a drive.
        public init(_ path: String, bus: Bus) {
            self.path = path
            self.bus = bus
        }
    }

    /// The board; `pc` unless said otherwise.
    public var chipset = Chipset.pc
    /// The firmware; `bios` unless said otherwise.
    public var firmware = Firmware.bios
    /// The file that holds the variables of UEFI, made when it is missing and kept from one machine to the next; `nil` for
    /// new ones each time.
    public var firmwareVariables: String?
    /// Where the first program comes from.
    public var boot: Boot
    /// Memory in MiB.
    public var memoryMiB = 512
    /// Virtual processors.
    public var processors = 1
    /// Disks, in the order the guest finds them.
    public var disks: [MachineDisk] = []
    /// CD and USB media.
    public var media: [Medium] = []
    /// Network cards, in the order the guest finds them; none for a machine without network.
    public var networkCards: [NetworkCard] = [.user()]
    /// The system's serial number in SMBIOS type 1.
    public var systemSerial = "MARTLET-LAB"
    /// The system's UUID in SMBIOS type 1.
    public var systemUUID: String?
    /// The network namespace that QEMU runs in; `nil` for the lab's own. A lab with a switch fills it in.
    public var namespace: String?
    /// A reset by the guest ends QEMU instead of starting the firmware again.
    public var endsAtReset = false

    /// A machine that boots from `boot`, with one network card on QEMU's own network, and no disk.
    public init(boot: Boot) {
        self.boot = boot
    }
}

/// A disk as a machine sees it.
public struct MachineDisk: Sendable {
    /// A sector that cannot be written.
    public struct WriteError: Sendable {
        /// Of 512 bytes.
        public var sector: Int
        /// Whether only the first write fails.
        public var isOnce: Bool

        /// A sector that cannot be written, or cannot be written once.
        public init(sector: Int, isOnce: Bool) {
            self.sector = sector
            self.isOnce = isOnce
        }
    }

    /// The controller it hangs on.
    public enum Bus: Sendable {
        /// virtio-blk: a serial number (20 characters), no WWN.
        case virtioBlock
        /// A SCSI disk on virtio-scsi: serial number and WWN.
        case virtioSCSI
        /// An NVMe namespace: serial number.
        case nvme
        /// A SATA disk behind AHCI: serial number and WWN.
        case ahci
    }

    /// The backing file.
    public var image: DiskFile
    /// The controller it hangs on.
    public var bus: Bus
    /// The serial number; none leaves QEMU's own.
    public var serial: String?
    /// The world wide name (NAA), for SCSI and SATA disks.
    public var wwn: UInt64?
    /// The logical sector size: 512 or 4096 bytes.
    public var sectorSize: Int
    /// Operations a second, for a slow disk; `nil` for as fast as the host.
    public var operationsPerSecond: Int?
    /// Whether another disk of the machine is a second path to the same backing file.
    public var isShared: Bool
    /// Where writing fails with EIO; `nil` for nowhere.
    public var writeError: WriteError?

    /// A disk on a backing file.
    public init(
        _ image: DiskFile, bus: Bus = .virtioBlock, serial: String? = nil, wwn: UInt64? = nil, sectorSize: Int = 512,
        operationsPerSecond: Int? = nil, isShared: Bool = false
    ) {
        self.image = image
        self.bus = bus
        self.serial = serial
        self.wwn = wwn
        self.sectorSize = sectorSize
        self.operationsPerSecond = operationsPerSecond
        self.isShared = isShared
    }
}

/// A network card and what its cable leads to.
public struct NetworkCard: Sendable {
    /// The other end of the cable.
    public enum Peer: Sendable {
        /// QEMU's user network: DHCP, DNS, and the host's loopback at 10.0.2.2. With `restricted`, DHCP alone answers.
        case user(restricted: Bool)
        /// A hub with nothing else on it: carrier, and nobody who answers.
        case silence
        /// The port of this name of the lab's switch. Its speed is 10 Gbit/s: link aggregation needs to know one.
        case port(String)
    }

    /// The other end of the cable.
    public var peer: Peer
    /// The hardware address, such as `52:54:00:12:34:56`; `nil` for one by position.
    public var mac: String?
    /// The device model in QEMU's words.
    public var model: String
    /// Whether the cable is plugged in at power-on.
    public var hasCarrier: Bool

    /// A card on QEMU's user network.
    public static func user(restricted: Bool = false, mac: String? = nil, model: String = "virtio-net-pci")
        -> NetworkCard
    {
        NetworkCard(peer: .user(restricted: restricted), mac: mac, model: model, hasCarrier: true)
    }

    /// A card whose link is up, on a network where nobody answers.
    public static func silence(mac: String? = nil) -> NetworkCard {
        NetworkCard(peer: .silence, mac: mac, model: "virtio-net-pci", hasCarrier: true)
    }

    /// A card on a port of the lab's switch.
    public static func port(_ name: String, mac: String? = nil) -> NetworkCard {
        NetworkCard(peer: .port(name), mac: mac, model: "virtio-net-pci,speed=10000,duplex=full", hasCarrier: true)
    }

    /// A card whose cable is pulled.
    public static func unplugged(mac: String? = nil) -> NetworkCard {
        NetworkCard(peer: .silence, mac: mac, model: "virtio-net-pci", hasCarrier: false)
    }

    /// The hardware address of the card in position `index`.
    public func hardwareAddress(index: Int) -> String {
        if let mac { return mac }
        let digits = "0123456789abcdef"
        let low = digits[digits.index(digits.startIndex, offsetBy: index & 0xF)]
        return "52:54:00:4d:61:1\(low)"
    }
}
