import LinuxSystem

/// A network device that the kernel sees on a bus but no driver has taken.
public struct UndrivenDevice: Equatable, Sendable, CustomStringConvertible {
    /// Its place, such as PCI address `0000:03:00.0`.
    public let busAddress: String
    /// Vendor and device number, such as `14e4:163b`.
    public let identity: String

    /// What an operator looks for: the place and the numbers by which its driver is found.
    public var description: String { "\(busAddress)  [\(identity)]  no driver" }

    /// All such devices: PCI network controllers (class 02), and virtio network devices (type 1).
    static func all(sysfs: String) -> [UndrivenDevice] {
        let pci = undriven(in: "\(sysfs)/bus/pci/devices") { path in
            guard Files.attribute("\(path)/class")?.hasPrefix("0x02") == true else { return nil }
            return identity(path)
        }
        let virtio = undriven(in: "\(sysfs)/bus/virtio/devices") { path in
            Files.attribute("\(path)/device") == "0x0001" ? identity(path) : nil
        }
        return pci + virtio
    }

    private static func undriven(in folder: String, identify: (String) -> String?) -> [UndrivenDevice] {
        ((try? Files.list(folder)) ?? []).compactMap { name in
            let path = "\(folder)/\(name)"
            guard !Files.exists("\(path)/driver"), let identity = identify(path) else { return nil }
            return UndrivenDevice(busAddress: name, identity: identity)
        }
    }

    private static func identity(_ path: String) -> String {
        ["vendor", "device"].map { name in
            let number = Files.attribute("\(path)/\(name)") ?? "?"
            return number.hasPrefix("0x") ? String(number.dropFirst(2)) : number
        }.joined(separator: ":")
    }
}
