import DHCPv4
import Foundation
import NetworkTestKit
import NetworkTypes
import Testing

@testable import NetworkBringUp

/// Many and long options from two real servers, dnsmasq and Kea, in network namespaces. Needs root.
@Suite("Root: options of DHCP servers", .serialized)
struct OptionsRootTests {
    @Test("more options than fit in their field go on in the fields for names (dnsmasq)")
    func overload() async throws {
        let lab = try NetworkLab()
        defer { lab.close() }
        try lab.plugInWithNeighbour()
        // dnsmasq begins with the options named last; those named first find no room in the first field.
        let filler = [String](repeating: "66", count: 90).joined(separator: ":")
        let fillers = (224...236).map { "--dhcp-option-force=\($0),\(filler)" }
        let domains = (0..<4).map { "zone\($0).lab.example" }
        try lab.startServer(
            [
                "--dhcp-option=option:router,10.77.0.1", "--dhcp-option=option:dns-server,10.77.0.1,10.77.0.2",
                "--dhcp-option=option:domain-name,lab.example", "--dhcp-option=option:mtu,1400",
                "--dhcp-option=option:domain-search,\(domains.joined(separator: ","))",
                "--dhcp-option=option:ntp-server,10.77.0.3,10.77.0.4", "--dhcp-option-force=43,01:02:00:ff",
                "--dhcp-option-force=108,00:00:07:08", "--log-dhcp",
            ] + fillers)
        let lease = try await lab.drive { try $0.bind() }
        #expect(lab.serverLog.contains("option-overload  0"), "\(lab.serverLog)")
        #expect(lease.gateway == IPv4Address("10.77.0.1"))
        #expect(lease.nameServers.map(\.description) == ["10.77.0.1", "10.77.0.2"])
        #expect(lease.domainName == "lab.example")
        #expect(lease.domains == domains)
        #expect(lease.mtu == 1400)
        #expect(lease.ntpServers.map(\.description) == ["10.77.0.3", "10.77.0.4"])
        #expect(lease.vendorInformation == [1, 2, 0, 255])
    }

    @Test("the whole bring-up works against Kea as well")
    func keaLease() async throws {
        let lab = try NetworkLab()
        defer { lab.close() }
        try lab.plugInWithNeighbour()
        try lab.startKea(options: [
            ("routers", "10.77.0.1"), ("domain-name-servers", "10.77.0.1, 10.77.0.2"), ("ntp-servers", "10.77.0.3"),
            ("domain-name", "lab.example"), ("interface-mtu", "1400"),
        ])
        let network = try await lab.bringUp(events: EventLog())
        defer { network.stop() }
        let address = try #require(network.state.addresses.first)
        #expect(IPPrefix("10.77.0.0/24")?.contains(address.address) == true && address.length == 24)
        #expect(network.state.gateway == IPAddress("10.77.0.1"))
        #expect(try lab.clientIP("link", "show", "nic0").contains("mtu 1400"))
        #expect(lab.count("DHCP4_LEASE_ALLOC") == 1, "\(lab.serverLog)")
    }

    @Test("options over 255 bytes come in parts and are read whole (Kea)")
    func longOptions() async throws {
        let lab = try NetworkLab()
        defer { lab.close() }
        try lab.plugInWithNeighbour()
        let domains = (0..<20).map { "very-long-name-of-a-zone-\($0).lab.example" }
        // 40 routes of 8 bytes each, 10.100.0.0/24 to 10.100.39.0/24 by 10.77.0.1, and the default route.
        let routes = (0..<40).map { "180a64" + ($0 < 16 ? "0" : "") + String($0, radix: 16) + "0a4d0001" }
        try lab.startKea(options: [
            ("domain-search", domains.joined(separator: ", ")), ("domain-name", "lab.example"),
            ("121", routes.joined() + "000a4d0001"), ("routers", "10.77.0.9"),
        ])
        let lease = try await lab.drive { try $0.bind() }
        #expect(lease.domains == domains)
        #expect(lease.routes.count == 41)
        #expect(lease.gateway == IPv4Address("10.77.0.1"))
        #expect(lease.routes.dropLast().last?.destination == IPv4Prefix("10.100.39.0/24"))
    }

    @Test("Kea hears what the client says of itself, and a RELEASE and a DECLINE")
    func keaConversation() async throws {
        let lab = try NetworkLab()
        defer { lab.close() }
        try lab.plugInWithNeighbour()
        try lab.startKea(options: [])
        var settings = LeaseSettings()
        settings.identity.clientIdentifier = .linkLayerDUID(iaid: 7)
        settings.identity.hostName = "node7"
        settings.identity.userClasses = ["lab", "rack7"]
        settings.identity.architecture = 7
        settings.identity.systemUUID = SystemUUID("00112233-4455-6677-8899-aabbccddeeff")
        let released = try await lab.drive(settings) { driver in
            let address = try driver.bind().address
            driver.client.release()
            try lab.clientIP("addr", "del", "\(address)", "dev", "nic0")
            return address
        }
        try await lab.waitForLog("DHCP4_RELEASE ")
        #expect(lab.serverLog.contains("cid=[ff:00:00:00:07:00:03:00:01:"), "\(lab.serverLog)")
        try lab.neighbourIP("addr", "add", "\(released)", "dev", "peer0")
        try await lab.drive(settings) { driver in
            let actions = driver.client.start(remembering: released.address, at: .now)
            try driver.run(within: .seconds(5), actions) { action in
                if case .failed(.addressInUse(released.address, _, _)) = action { true } else { false }
            }
        }
        try await lab.waitForLog("DHCP4_DECLINE_LEASE ")
    }
}

extension NetworkLab {
    /// Runs Kea in the server's namespace with these options, by name, or by number with hexadecimal digits.
    func startKea(options: [(name: String, data: String)]) throws {
        let listed = options.map { option -> [String: Any] in
            Int(option.name).map { ["code": $0, "csv-format": false, "data": option.data] }
                ?? ["name": option.name, "data": option.data]
        }
        let configuration: [String: Any] = [
            "Dhcp4": [
                "interfaces-config": ["interfaces": ["srv0"]],
                "lease-database": ["type": "memfile", "persist": false],
                "valid-lifetime": 120,
                "subnet4": [
                    [
                        "id": 1, "subnet": "10.77.0.0/24", "pools": [["pool": "10.77.0.100 - 10.77.0.120"]],
                        "option-data": listed,
                    ] as [String: Any]
                ],
                "loggers": [
                    ["name": "kea-dhcp4", "severity": "INFO", "output_options": [["output": "stdout"]]] as [String: Any]
                ],
            ] as [String: Any]
        ]
        let path = folder.appending(path: "kea.json")
        try JSONSerialization.data(withJSONObject: configuration).write(to: path)
        try startDaemon(
            in: server, ["/usr/sbin/kea-dhcp4", "-c", path.path],
            environment: ["KEA_PIDFILE_DIR=\(folder.path)", "KEA_LOCKFILE_DIR=\(folder.path)"],
            readyWhenLogged: "DHCP4_STARTED")
    }

    /// Waits until a word stands in the server's log.
    func waitForLog(_ word: String) async throws {
        let deadline = ContinuousClock.now + .seconds(5)
        while count(word) == 0 {
            guard ContinuousClock.now < deadline else { throw LabFailure("no \(word) in:\n\(serverLog)") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
