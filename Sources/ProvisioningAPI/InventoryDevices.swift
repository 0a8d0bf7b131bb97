extension Inventory {
    /// A whole disk.
    public struct Disk: Codable, Hashable, Sendable {
        /// The kernel's name, such as `nvme0n1`.
        public var name: String
        /// Model.
        public var model: String
        /// Serial number.
        public var serial: String
        /// World Wide Name, with its prefix (`naa.`, `eui.`, `nvme.`, `t10.`) where the kernel gives one.
        public var wwn: String
        /// Size in bytes.
        public var sizeBytes: UInt64
        /// `disk`, `rom` or another of the kernel's device types.
        public var type: String
        /// How it is attached: `nvme`, `sata`, `sas`, `usb`, `virtio`, …
        public var transport: String
        /// Firmware revision.
        public var firmware: String
        /// Whether it has spinning platters.
        public var rotational: Bool

        /// A disk.
        public init(
            name: String, model: String = "", serial: String = "", wwn: String = "", sizeBytes: UInt64,
            type: String = "disk", transport: String = "", firmware: String = "", rotational: Bool = false
        ) {
            self.name = name
            self.model = model
            self.serial = serial
            self.wwn = wwn
            self.sizeBytes = sizeBytes
            self.type = type
            self.transport = transport
            self.firmware = firmware
            self.rotational = rotational
        }
    }

    /// A physical network interface.
    public struct NetworkInterface: Codable, Hashable, Sendable {
        /// The kernel's name, such as `eth0`.
        public var name: String
        /// The driver's name.
        public var driver: String
        /// The MAC address in lower case with colons.
        public var mac: String
        /// The PCI function it sits on, `0000:03:00.0`; empty where it is on another bus.
        public var pciAddr: String
        /// Link speed in Mb/s; `nil` without a link or where the driver does not say.
        public var speed: Int?
        /// Whether the link has carrier.
        public var carrier: Bool
        /// The neighbour that LLDP has shown, if any.
        public var lldp: Neighbour?

        /// A network interface.
        public init(
            name: String, driver: String = "", mac: String, pciAddr: String = "", speed: Int? = nil,
            carrier: Bool = false, lldp: Neighbour? = nil
        ) {
            self.name = name
            self.driver = driver
            self.mac = mac
            self.pciAddr = pciAddr
            self.speed = speed
            self.carrier = carrier
            self.lldp = lldp
        }
    }

    /// What the port at the other end of the cable says of itself (IEEE 802.1AB).
    public struct Neighbour: Codable, Hashable, Sendable {
        /// Name of the switch.
        public var systemName: String?
        /// Chassis ID, as text.
        public var chassisID: String
        /// Port ID, as text.
        public var portID: String
        /// Port description.
        public var portDescription: String?
        /// The port's own VLAN, 1 to 4094 (IEEE 802.1 organisationally specific TLV).
        public var vlan: Int?
        /// The IP address at which the switch is managed.
        public var managementAddress: String?

        /// A neighbour.
        public init(
            systemName: String? = nil, chassisID: String, portID: String, portDescription: String? = nil,
            vlan: Int? = nil, managementAddress: String? = nil
        ) {
            self.systemName = systemName
            self.chassisID = chassisID
            self.portID = portID
            self.portDescription = portDescription
            self.vlan = vlan
            self.managementAddress = managementAddress
        }

        private enum CodingKeys: String, CodingKey {
            case systemName
            case chassisID = "chassisId"
            case portID = "portId"
            case portDescription, vlan, managementAddress
        }
    }

    /// A PCI function.
    public struct PCIDevice: Codable, Hashable, Sendable {
        /// Domain, bus, device and function: `0000:03:00.0`.
        public var address: String
        /// Vendor ID, four hexadecimal digits.
        public var vendor: String
        /// Device ID, four hexadecimal digits.
        public var device: String
        /// Class, subclass and programming interface, six hexadecimal digits.
        public var `class`: String
        /// The driver bound to it; `nil` when there is none.
        public var driver: String?

        /// A PCI function.
        public init(address: String, vendor: String, device: String, class: String, driver: String? = nil) {
            self.address = address
            self.vendor = vendor
            self.device = device
            self.class = `class`
            self.driver = driver
        }
    }
}
