import BlockDevices
import FoundationEssentials
import LinuxSystem
import ProvisioningAPI

/// What the machine is made of, read from sysfs and procfs.
enum InventoryCollection {
    /// - Parameter neighbours: what each NIC is connected to, by the NIC's name.
    static func collect(
        _ machine: MachineIdentity, neighbours: [String: Inventory.Neighbour] = [:]
    ) async throws -> Inventory {
        try await offPool("inventory") {
            try watched("inventory", device: "this machine", timeout: .seconds(30)) { read(machine, neighbours) }
        }
    }

    private static func read(
        _ machine: MachineIdentity, _ neighbours: [String: Inventory.Neighbour]
    ) -> Inventory {
        Inventory(
            system: .init(
                vendor: machine.vendor ?? "", product: machine.product ?? "", serialNumber: machine.serial ?? "",
                uuid: machine.uuid ?? "", biosVersion: machine.biosVersion ?? ""),
            cpus: processors((try? Files.readText("/proc/cpuinfo")) ?? ""),
            memory: .init(totalBytes: memory((try? Files.readText("/proc/meminfo")) ?? "")),
            disks: ((try? BlockSysfs().disks()) ?? []).filter { $0.kind == .disk }.map(disk),
            nics: nics(neighbours, sysfs: "/sys"),
            pciDevices: pciDevices(sysfs: "/sys"))
    }

    /// One entry per socket, from the `physical id` of `/proc/cpuinfo`.
    static func processors(_ text: String) -> [Inventory.Processor] {
        var sockets: [Int: Inventory.Processor] = [:]
        for block in text.split(separator: "\n\n") {
            var fields: [Substring: Substring] = [:]
            for line in block.split(separator: "\n") {
                let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2 else { continue }
                fields[parts[0].trimmingBlanks()] = parts[1].trimmingBlanks()
            }
            guard fields["processor"] != nil else { continue }
            let socket = Int(fields["physical id"] ?? "0") ?? 0
            let megahertz = Double(fields["cpu MHz"] ?? "").flatMap { Int(exactly: $0.rounded()) } ?? 0
            var processor =
                sockets[socket]
                ?? .init(
                    model: String(fields["model name"] ?? ""), cores: Int(fields["cpu cores"] ?? "1") ?? 1, threads: 0,
                    socket: socket, freqMHz: megahertz)
            processor.threads += 1
            sockets[socket] = processor
        }
        return sockets.sorted { $0.key < $1.key }.map(\.value)
    }

    /// `MemTotal` of `/proc/meminfo`, in bytes.
    static func memory(_ text: String) -> UInt64 {
        let line = text.split(separator: "\n").first { $0.hasPrefix("MemTotal:") }
        let kibibytes = line?.split(separator: " ").dropFirst().first.flatMap { UInt64($0) } ?? 0
        return kibibytes.multipliedReportingOverflow(by: 1024).partialValue
    }

    private static func disk(_ disk: Disk) -> Inventory.Disk {
        Inventory.Disk(
            name: disk.name, model: disk.displayModel, serial: disk.serial, wwn: disk.worldwideName,
            sizeBytes: disk.sizeBytes, type: disk.mediumType, transport: disk.transport.rawValue,
            firmware: disk.firmware, rotational: disk.isRotational)
    }

    private static func nics(
        _ neighbours: [String: Inventory.Neighbour], sysfs: String
    ) -> [Inventory.NetworkInterface] {
        let names = (try? Files.list(sysfs + "/class/net")) ?? []
        return names.compactMap { name in
            let path = "\(sysfs)/class/net/\(name)"
            guard Files.exists(path + "/device") else { return nil }
            let speed = Files.attribute(path + "/speed").flatMap { Int($0) }
            return Inventory.NetworkInterface(
                name: name, driver: Files.linkName(path + "/device/driver") ?? "",
                // A member of a bond bears the bond's address.
                mac: Files.attribute(path + "/bonding_slave/perm_hwaddr") ?? Files.attribute(path + "/address") ?? "",
                // The path of a virtio NIC leads through its PCI function.
                pciAddr: pciAddress(path), speed: speed.flatMap { $0 > 0 ? $0 : nil },
                carrier: Files.attribute(path + "/carrier") == "1", lldp: neighbours[name])
        }
    }

    private static func pciAddress(_ nic: String) -> String {
        guard let target = try? Files.linkTarget(nic) else { return "" }
        return target.split(separator: "/").last { $0.split(separator: ":").count == 3 }.map(String.init) ?? ""
    }

    private static func pciDevices(sysfs: String) -> [Inventory.PCIDevice] {
        let addresses = (try? Files.list(sysfs + "/bus/pci/devices")) ?? []
        return addresses.map { address in
            let path = "\(sysfs)/bus/pci/devices/\(address)"
            func identifier(_ name: String) -> String {
                String((Files.attribute("\(path)/\(name)") ?? "").trimmingPrefix("0x"))
            }
            return Inventory.PCIDevice(
                address: address, vendor: identifier("vendor"), device: identifier("device"),
                class: identifier("class"), driver: Files.linkName(path + "/driver"))
        }
    }
}

extension Substring {
    func trimmingBlanks() -> Substring {
        var text = drop(while: \.isWhitespace)
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return text
    }
}

extension InventoryCollection {
    /// The inventory as the controller gets it, for an operator to read.
    static func json() async throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(try await collect(.read())), as: UTF8.self)
    }
}
