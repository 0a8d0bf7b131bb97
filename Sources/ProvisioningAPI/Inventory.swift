/// The body of the call to `INVENTORY_URL`: what a machine is made of.
public struct Inventory: Codable, Hashable, Sendable {
    /// When it was collected.
    public var timestamp: Timestamp
    /// The machine as its firmware names it.
    public var system: System
    /// One entry per socket that holds a processor.
    public var cpus: [Processor]
    /// Main memory.
    public var memory: Memory
    /// Whole disks, removable ones included.
    public var disks: [Disk]
    /// Physical network interfaces.
    public var nics: [NetworkInterface]
    /// Every PCI function.
    public var pciDevices: [PCIDevice]

    /// An inventory.
    public init(
        timestamp: Timestamp = .now, system: System = System(), cpus: [Processor] = [], memory: Memory = Memory(),
        disks: [Disk] = [], nics: [NetworkInterface] = [], pciDevices: [PCIDevice] = []
    ) {
        self.timestamp = timestamp
        self.system = system
        self.cpus = cpus
        self.memory = memory
        self.disks = disks
        self.nics = nics
        self.pciDevices = pciDevices
    }

    /// The machine as its firmware names it: SMBIOS types 0 and 1, under `/sys/class/dmi/id`. Empty where unknown.
    public struct System: Codable, Hashable, Sendable {
        /// `sys_vendor`.
        public var vendor: String
        /// `product_name`.
        public var product: String
        /// `product_serial`.
        public var serialNumber: String
        /// `product_uuid`.
        public var uuid: String
        /// `bios_version`.
        public var biosVersion: String

        /// A machine's names.
        public init(
            vendor: String = "", product: String = "", serialNumber: String = "", uuid: String = "",
            biosVersion: String = ""
        ) {
            self.vendor = vendor
            self.product = product
            self.serialNumber = serialNumber
            self.uuid = uuid
            self.biosVersion = biosVersion
        }
    }

    /// A processor in its socket, from `/proc/cpuinfo`.
    public struct Processor: Codable, Hashable, Sendable {
        /// `model name`.
        public var model: String
        /// Physical cores.
        public var cores: Int
        /// Logical processors.
        public var threads: Int
        /// The socket's number (`physical id`).
        public var socket: Int
        /// Clock frequency in MHz.
        public var freqMHz: Int

        /// A processor.
        public init(model: String, cores: Int, threads: Int, socket: Int, freqMHz: Int) {
            self.model = model
            self.cores = cores
            self.threads = threads
            self.socket = socket
            self.freqMHz = freqMHz
        }
    }

    /// Main memory.
    public struct Memory: Codable, Hashable, Sendable {
        /// What the kernel can use (`MemTotal` of `/proc/meminfo`), in bytes.
        public var totalBytes: UInt64
        /// The modules that firmware lists; empty where it lists none.
        public var dimms: [Module]

        /// Main memory.
        public init(totalBytes: UInt64 = 0, dimms: [Module] = []) {
            self.totalBytes = totalBytes
            self.dimms = dimms
        }
    }

    /// A memory module (SMBIOS type 17).
    public struct Module: Codable, Hashable, Sendable {
        /// The label of its slot (device locator).
        public var slot: String
        /// Size in bytes.
        public var sizeBytes: UInt64
        /// Memory type, such as `DDR5`.
        public var type: String
        /// Configured speed in megatransfers per second; `nil` when unknown.
        public var speedMTs: Int?
        /// Manufacturer.
        public var manufacturer: String
        /// Part number.
        public var partNumber: String
        /// Serial number.
        public var serialNumber: String

        /// A memory module.
        public init(
            slot: String, sizeBytes: UInt64, type: String = "", speedMTs: Int? = nil, manufacturer: String = "",
            partNumber: String = "", serialNumber: String = ""
        ) {
            self.slot = slot
            self.sizeBytes = sizeBytes
            self.type = type
            self.speedMTs = speedMTs
            self.manufacturer = manufacturer
            self.partNumber = partNumber
            self.serialNumber = serialNumber
        }
    }
}
