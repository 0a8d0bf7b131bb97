import LinuxSystem
import SystemPackage

/// Which NIC is the N-th of the machine, by where it is plugged in and not by which driver answered first. `ethN`, as
/// operators write it, means this order.
///
/// First come all Ethernet controllers on PCI (class 0200) by their addresses, those too that no driver has taken, so
/// that a number means the same NIC at any time; several links of one of them by port and then by name. Then come the
/// NICs on other buses (USB, virtio without PCI, Hyper-V, …) by their paths in sysfs. Wireless NICs are not counted, nor
/// are virtual functions beside their physical one.
public struct NICOrder: Equatable, Sendable {
    private var positions: [String: Int] = [:]

    /// The order as it is now. Make it anew when links have come or gone.
    ///
    /// - Parameter sysfs: where sysfs(5) is mounted.
    public init(sysfs: String = "/sys") {
        guard let devices = try? NetworkDevice.all(sysfs: sysfs), let functions = Self.ethernetFunctions(sysfs) else {
            return
        }
        let byParent = Dictionary(grouping: devices, by: \.parent)
        var next: Int? = 0
        for function in functions {
            next = place(byParent[function.path] ?? [], of: function, at: next)
        }
        let counted = Set(functions.map(\.path))
        let others = Set(byParent.keys).union(Self.undriven(sysfs)).subtracting(counted)
            .filter { PCIFunction($0)?.isVirtual != true }
        for parent in others.sorted(by: { $0.text < $1.text }) {
            next = place(byParent[parent] ?? [], at: next, count: 1)
        }
    }

    /// The number of a link, from 0; `nil` when it is not counted, or while that cannot be known: before a controller
    /// that may have several ports has its driver, and the links of them all.
    public func position(of link: String) -> Int? { positions[link] }

    /// The link that has this number; `nil` while there is none.
    public func link(at position: Int) -> String? {
        positions.first { $0.value == position }?.key
    }

    private mutating func place(_ devices: [NetworkDevice], of function: PCIFunction, at start: Int?) -> Int? {
        let ports = function.ethernetPorts
        if devices.isEmpty, ports == nil, !function.hasDriver, function.mayHaveSeveralPorts { return nil }
        // The links of a card come one by one, and not always the first port first.
        let isComplete = ports.map { devices.count >= $0 } ?? true
        return place(isComplete ? devices : [], at: start, count: ports ?? 1)
    }

    /// Numbers the devices from `start`, of which there are `count` once all are there, and returns the next number.
    private mutating func place(_ devices: [NetworkDevice], at start: Int?, count: Int) -> Int? {
        guard let start else { return nil }
        let sorted = devices.sorted { ($0.port, $0.name.utf8.count, $0.name) < ($1.port, $1.name.utf8.count, $1.name) }
        for (offset, device) in sorted.enumerated() { positions[device.name] = start + offset }
        return start + max(count, devices.count)
    }

    private static func ethernetFunctions(_ sysfs: String) -> [PCIFunction]? {
        do throws(SystemCallError) {
            return try PCIFunction.all(sysfs: sysfs).filter { $0.isEthernet && !$0.isVirtual }
        } catch {
            return error.errno == .noSuchFileOrDirectory ? [] : nil
        }
    }

    /// NICs that can be told before they have a driver: network devices of virtio (type 1) that are not on PCI, and of
    /// Hyper-V.
    private static func undriven(_ sysfs: String) -> [DevicePath] {
        func devices(_ bus: String, _ attribute: String, _ value: String) -> [DevicePath] {
            let folder = "\(sysfs)/bus/\(bus)/devices"
            let all = ((try? Files.list(folder)) ?? []).compactMap {
                DevicePath(resolving: "\(folder)/\($0)", sysfs: sysfs)
            }
            return all.filter { $0.attribute(attribute) == value }.map(\.withoutVirtio)
        }
        return devices("virtio", "device", "0x0001").filter { $0.pciAddress == nil }
            + devices("vmbus", "class_id", "{f8615163-df3e-46c5-913f-f2d2f965ed0e}")
    }
}

extension PCIFunction {
    private var isMellanox: Bool { vendor == 0x15b3 }

    /// Whether it is an Ethernet controller. Mellanox cards that do InfiniBand as well are "other" network controllers.
    fileprivate var isEthernet: Bool { classCode >> 8 == 0x0200 || classCode >> 8 == 0x0280 && isMellanox }

    /// Whether one driver makes several links of it: ConnectX-3 and older (mlx4), Chelsio, Netronome.
    fileprivate var mayHaveSeveralPorts: Bool {
        isMellanox && product < 0x1011 || vendor == 0x1425 || vendor == 0x19ee
    }

    /// How many links it will have, when its driver says so as mlx4 does: `mlx4_port1` is `eth`, `ib` or `auto (eth)`.
    fileprivate var ethernetPorts: Int? {
        let types = [1, 2].compactMap { path.attribute("mlx4_port\($0)") }
        return types.isEmpty ? nil : types.count { $0.contains("eth") }
    }
}
