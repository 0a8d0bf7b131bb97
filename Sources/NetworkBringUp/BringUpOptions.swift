import DHCPv4
import Netlink
import NetworkConfiguration
import NetworkTypes

/// How long the network may take to come up, and where it is found on this machine.
public struct BringUpOptions: Sendable {
    /// How long in all until some card must be usable (`NETWORK_TIMEOUT`).
    public var timeout: Duration = .seconds(300)
    /// How long until a card must have appeared at all; no longer than `timeout`. Drivers of large cards take half a
    /// minute to find them.
    public var cardTimeout: Duration = .seconds(60)
    /// How often to say what is being waited for.
    public var progressInterval: Duration = .seconds(10)
    /// How long a card may be without a carrier before that is reported for the first time.
    public var carrierNotice: Duration = .seconds(10)
    /// The file that names the DNS servers.
    public var resolverPath = "/etc/resolv.conf"
    /// Where sysfs(5) is mounted.
    public var sysfs = "/sys"
    /// Which links are cards of this machine; `nil`: those with a device in sysfs.
    public var isPhysical: (@Sendable (Link) -> Bool)?

    /// The names that a link answers to, by the kernel's name for it; the preferred one is given to it before it is set
    /// up. `nil` leaves names as they are.
    public var names: (@Sendable (String) -> CardNames?)?
    /// The card that the machine booted from (`BOOTIF=`); it is preferred where several would do.
    public var bootMAC: MACAddress?
    /// What DHCP servers are told of the machine, and how offers and addresses are judged.
    public var dhcp = LeaseSettings()
    /// Loads a module by its name, for the links that the agent makes; `nil` leaves that to the kernel.
    public var loadModule: (@Sendable (String) -> Void)?

    /// The usual times and places.
    public init() {}

    /// What a DHCP client of one link is to do.
    func leaseSettings(for link: DHCPv4Settings) -> LeaseSettings {
        var settings = dhcp
        settings.identity.hostName = link.hostName ?? settings.identity.hostName
        return settings
    }
}
