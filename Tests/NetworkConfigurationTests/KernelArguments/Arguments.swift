import NetworkTypes
import Testing

@testable import NetworkConfiguration

/// Reads a command line as the agent hands it over: words, each split at its first equals sign.
func network(_ commandLine: String) throws(NetworkConfigurationError) -> KernelNetworkArguments {
    let arguments = commandLine.split(separator: " ").map { word -> (name: String, value: String?) in
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        return (parts[0], parts.count > 1 ? parts[1] : nil)
    }
    return try KernelNetworkArguments(arguments)
}

/// What is wrong with a command line; empty when nothing is.
func problems(_ commandLine: String) -> [String] {
    do throws(NetworkConfigurationError) {
        _ = try network(commandLine)
        return []
    } catch {
        return error.problems
    }
}

extension LinkConfiguration {
    /// The link in one line, for tables: name, kind, ways to addresses, addresses, routes, MTU, MAC address.
    var summary: String {
        var words = [name]
        switch kind {
        case .physical(_, let newName): if newName != nil { words.append("renamed") }
        case .bond(_, let members): words.append("bond(\(members.joined(separator: ",")))")
        case .bridge(_, let members): words.append("bridge(\(members.joined(separator: ",")))")
        case .vlan(let id, let parent): words.append("vlan(\(id),\(parent))")
        }
        if addressing.dhcp4 != nil { words.append("dhcp4") }
        if addressing.dhcp6 { words.append("dhcp6") }
        if addressing.acceptsRouterAdvertisements == true { words.append("ra") }
        words += addressing.addresses.map(\.description)
        words += addressing.routes.map { route in
            "\(route.destination)>\(route.gateway.map(\.description) ?? "link")" + (route.isOnLink ? "!" : "")
        }
        words += addressing.nameServers.map { "dns=\($0)" }
        if let mtu { words.append("mtu=\(mtu)") }
        if let mac { words.append("mac=\(mac)") }
        return words.joined(separator: " ")
    }
}
