import LinuxSystem
import Netlink
import NetworkTypes

/// A physical network interface card (or one port of one), as an operator knows it.
public struct NetworkCard: Equatable, Sendable, CustomStringConvertible {
    /// The kernel's number for its link.
    public let index: Int32
    /// Its link's name, such as `eth0`.
    public let name: String
    /// Its MAC address.
    public let mac: MACAddress
    /// Where it is plugged in, such as PCI address `0000:03:00.0`; `nil` when sysfs does not tell.
    public let busAddress: String?
    /// The kernel module that drives it.
    public let driver: String?

    /// A card; `sysfs` is where sysfs(5) is mounted.
    init(link: Link, mac: MACAddress, sysfs: String) {
        index = link.index
        name = link.name
        self.mac = mac
        let device = "\(sysfs)/class/net/\(link.name)/device"
        driver = Files.linkName("\(device)/driver")
        // The card of a virtio or USB device is the nearest PCI device above it.
        let linkPath = "\(sysfs)/class/net/\(link.name)"
        let target = (try? Files.linkTarget(linkPath)) ?? ""
        let parts = target.split(separator: "/").map(String.init)
        busAddress = parts.last { Self.isPCIAddress($0) } ?? Files.linkName(device)
    }

    /// Whether a link is a card of this machine: an Ethernet device on some bus, and not a wireless one, which could
    /// not be used without credentials.
    public static func isPhysical(_ link: Link, sysfs: String = "/sys") -> Bool {
        let path = "\(sysfs)/class/net/\(link.name)"
        return link.isEthernet && Files.exists("\(path)/device") && !Files.exists("\(path)/wireless")
    }

    /// Name, place, driver and MAC address.
    public var description: String {
        [name, busAddress ?? "-", driver ?? "-", mac.description].joined(separator: "  ")
    }

    /// `domain:bus:device.function`, as in `0000:03:00.0`.
    static func isPCIAddress(_ text: String) -> Bool {
        let parts = text.split { $0 == ":" || $0 == "." }
        return parts.map(\.count) == [4, 2, 2, 1] && parts.allSatisfy { $0.allSatisfy(\.isHexDigit) }
    }
}
