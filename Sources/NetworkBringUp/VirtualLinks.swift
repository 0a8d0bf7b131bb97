import Netlink
import NetworkConfiguration
import NetworkTypes

/// The bonds, bridges and VLANs of a configuration: makes them as soon as what they lie upon is there. Belongs to the
/// engine's thread.
final class VirtualLinks {
    private static let kinds: Set<String> = ["bond", "bridge", "vlan"]

    private let wanted: [LinkConfiguration]
    private let loadModule: (@Sendable (String) -> Void)?
    private var links: [String: Link] = [:]
    private var troubles: [String: String] = [:]

    init(_ configuration: NetworkConfiguration, loadModule: (@Sendable (String) -> Void)?) {
        wanted = configuration.links.filter { $0.selector == nil }
        self.loadModule = loadModule
    }

    /// Whether some could not be made yet.
    var areSomeMissing: Bool { links.count < wanted.count }

    /// Whether a link was made here.
    func made(_ link: Link) -> Bool {
        links.values.contains { $0.index == link.index }
    }

    /// Whether a link that is to be made is there already, from an earlier try.
    func isLeftover(_ link: Link) -> Bool {
        link.kind.map(Self.kinds.contains) == true && wanted.contains { $0.name == link.name } && !made(link)
    }

    /// The link of this name, when it was made here.
    func link(named name: String) -> Link? { links[name] }

    /// Why the link of this name could not be made.
    func trouble(of name: String) -> String? { troubles[name] }

    /// A link has gone.
    func forget(_ index: Int32) {
        links = links.filter { $0.value.index != index }
    }

    /// Makes those that are missing and can be made.
    ///
    /// - Parameter parents: links by their names in the configuration.
    /// - Returns: whether some were made.
    func makeMissing(
        parents: [String: Link], with session: NetlinkSession, report: (NetworkEvent) -> Void
    ) -> Bool {
        var madeSome = false
        var isProgress = true
        while isProgress {
            isProgress = false
            for configuration in wanted where links[configuration.name] == nil {
                do throws(NetlinkError) {
                    guard try make(configuration, parents: parents, with: session),
                        let link = try session.links().first(where: { $0.name == configuration.name })
                    else { continue }
                    links[configuration.name] = link
                    troubles[configuration.name] = nil
                    isProgress = true
                    madeSome = true
                } catch {
                    let hint = error.errno == .notSupported ? " (the kernel module for it is not in this ramdisk)" : ""
                    let why = error.description + hint
                    guard troubles.updateValue(why, forKey: configuration.name) != why else { continue }
                    report(.trouble(nic: configuration.name, why))
                }
            }
        }
        return madeSome
    }

    /// Whether a link was made; it is not while what it lies upon is missing.
    private func make(
        _ link: LinkConfiguration, parents: [String: Link], with session: NetlinkSession
    ) throws(NetlinkError) -> Bool {
        switch link.kind {
        case .physical:
            return false
        case .bond(let bond, _):
            loadModule?("bonding")
            // A kernel with the driver built in has made one by itself.
            if let other = try session.links().first(where: isLeftover), other.name == link.name {
                try session.delete(other)
            }
            try session.createBond(link.name, bond, mtu: link.mtu, mac: link.mac)
        case .bridge(let bridge, _):
            loadModule?("bridge")
            try session.createBridge(link.name, bridge, mtu: link.mtu, mac: link.mac)
        case .vlan(let id, let name):
            guard let parent = parents[name] ?? links[name] else { return false }
            loadModule?("8021q")
            if let mtu = link.mtu, mtu > parent.mtu { try session.setMTU(mtu, of: parent) }
            try session.createVLAN(link.name, id: id, on: parent, mtu: link.mtu, mac: link.mac)
        }
        return true
    }
}
