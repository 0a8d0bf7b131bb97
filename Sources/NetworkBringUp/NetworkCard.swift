import LinuxSystem
import Netlink
import NetworkTypes

/// A network interface as an operator knows it: a physical card (or one port of one), or a bond, bridge or VLAN that the
/// agent made.
public struct NetworkCard: Equatable, Sendable, CustomStringConvertible {
    /// The kernel's number for its link.
    public let index: Int32
    /// Its link's name, such as `eno1`.
    public internal(set) var name: String
    /// Its own MAC address; while it is a member of a bond the link may have another.
    public internal(set) var mac: MACAddress
    /// Where it is plugged in, such as PCI address `0000:03:00.0`; `nil` when sysfs does not tell.
    public let busAddress: String?
    /// The kernel module that drives it, or the kind of link in software.
    public let driver: String?
    /// All names that it answers to: predictable ones, `ethN` by its place in PCI order, its PCI address.
    public internal(set) var aliases: [String]
    /// Whether the kernel's own name for it means it. The kernel numbers `ethN` as drivers answered: where other names
    /// are known, those decide.
    let answersToKernelName: Bool
    /// Made by the agent.
    public let isVirtual: Bool

    /// A physical card; `sysfs` is where sysfs(5) is mounted.
    init(link: Link, mac: MACAddress, sysfs: String, names: CardNames? = nil) {
        let device = "\(sysfs)/class/net/\(link.name)/device"
        // The card of a virtio or USB device is the nearest PCI device above it.
        let linkPath = "\(sysfs)/class/net/\(link.name)"
        let target = (try? Files.linkTarget(linkPath)) ?? ""
        let parts = target.split(separator: "/").map(String.init)
        self.init(
            index: link.index, name: link.name, mac: link.permanentMAC ?? mac,
            busAddress: parts.last { Self.isPCIAddress($0) } ?? Files.linkName(device),
            driver: Files.linkName("\(device)/driver"), names: names)
    }

    /// A physical card by what is known of it.
    init(
        index: Int32, name: String, mac: MACAddress, busAddress: String?, driver: String?, names: CardNames? = nil
    ) {
        self.index = index
        self.name = name
        self.mac = mac
        self.busAddress = busAddress
        self.driver = driver
        aliases = names?.aliases ?? []
        answersToKernelName = names == nil || !name.hasPrefix("eth")
        isVirtual = false
    }

    /// A link that the agent made.
    init(index: Int32, name: String, mac: MACAddress, kind: String?) {
        self.index = index
        self.name = name
        self.mac = mac
        busAddress = nil
        driver = kind
        aliases = []
        answersToKernelName = true
        isVirtual = true
    }

    /// Whether a link is a card of this machine: an Ethernet device on some bus, and not a wireless one, which could
    /// not be used without credentials.
    public static func isPhysical(_ link: Link, sysfs: String = "/sys") -> Bool {
        let path = "\(sysfs)/class/net/\(link.name)"
        return link.isEthernet && Files.exists("\(path)/device") && !Files.exists("\(path)/wireless")
    }

    /// Name, place, driver and MAC address.
    public var description: String {
        [title, busAddress ?? "-", driver ?? "-", mac.description].joined(separator: "  ")
    }

    /// Its name, and its number in PCI order where it has another name: `eno1 (eth0)`.
    public var title: String {
        aliases.first { $0.hasPrefix("eth") && $0 != name }.map { "\(name) (\($0))" } ?? name
    }

    /// `domain:bus:device.function`, as in `0000:03:00.0`.
    static func isPCIAddress(_ text: String) -> Bool {
        let parts = text.split { $0 == ":" || $0 == "." }
        return parts.map(\.count) == [4, 2, 2, 1] && parts.allSatisfy { $0.allSatisfy(\.isHexDigit) }
    }
}
