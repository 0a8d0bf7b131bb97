import NetworkTestKit

extension NetworkLab {
    /// A lab whose server has an address, and a cable to the client.
    static func withRouter() throws -> NetworkLab {
        let lab = try NetworkLab()
        do {
            try lab.join(addresses: ["fd77::1/64"])
            return lab
        } catch {
            lab.close()
            throw error
        }
    }

    /// Runs dnsmasq in the server's namespace, which sends router advertisements and answers DHCPv6.
    func startServer(_ options: [String]) throws {
        try startDNSMasq(
            in: server, on: Self.serverCard,
            [
                "--enable-ra", "--dhcp-option=option6:dns-server,[fd77::53]",
                "--dhcp-option=option6:domain-search,lab.example", "--dhcp-option=option6:ntp-server,[fd77::123]",
            ] + options)
    }
}
