import DHCPv4
import Foundation
import NetworkTestKit
import NetworkTypes
import Testing

@testable import NetworkBringUp

/// The client against dnsmasq where not all goes well, in network namespaces. Needs root.
@Suite("Root: the DHCP client against dnsmasq", .serialized)
struct LeaseProtocolRootTests {
    /// A lab with a neighbour that is ready.
    private func lab() throws -> NetworkLab {
        let lab = try NetworkLab()
        try lab.plugInWithNeighbour()
        return lab
    }

    @Test("an address that another host has is declined, and another one got after 10 s")
    func conflict() async throws {
        let lab = try lab()
        defer { lab.close() }
        try lab.startServer()
        // The server gives one client the same address again and again; this tells which.
        let taken = try await lab.drive { driver in
            let lease = try driver.bind()
            driver.client.release()
            try lab.clientIP("addr", "flush", "dev", "nic0")
            return lease.address
        }
        try lab.neighbourIP("addr", "add", "\(taken)", "dev", "peer0")
        let link = try lab.neighbourIP("link", "show", "peer0")
        try await lab.drive { driver in
            let lease = try driver.bind(within: .seconds(20))
            #expect(lease.address != taken)
            var pause: Duration = .zero
            for event in driver.events {
                guard case .failed(let failure) = event.action else { continue }
                guard case .addressInUse(let address, let mac, _) = failure else {
                    Issue.record("\(failure)")
                    continue
                }
                #expect(address == taken.address && link.contains("link/ether \(mac)"))
                #expect(driver.begun.duration(to: event.time) < .milliseconds(500))
                pause = event.time.duration(to: .now)
            }
            #expect(pause >= .seconds(10), "\(driver.events)")
        }
        #expect(lab.serverLog.contains("DHCPDECLINE(srv0) \(taken.address)"), "\(lab.serverLog)")
    }

    @Test("the neighbour learns from the announcement who has the address")
    func announcement() async throws {
        let lab = try lab()
        defer { lab.close() }
        try lab.startServer()
        try await lab.drive { driver in
            // The neighbour knows an earlier holder of every address; only an announcement can change that.
            for host in 50...99 {
                try lab.neighbourIP(
                    "neigh", "replace", "10.77.0.\(host)", "lladdr", "02:00:00:00:00:01", "dev", "peer0", "nud", "stale"
                )
            }
            let lease = try driver.bind()
            #expect(throws: LabFailure.self) { try driver.run(within: .milliseconds(500)) { _ in false } }
            let table = try lab.neighbourIP("neigh", "show", "\(lease.address.address)")
            #expect(!table.contains("02:00:00:00:00:01"), "\(table)")
        }
    }

    @Test("the probes cost less than a tenth of a second")
    func latency() async throws {
        let lab = try lab()
        defer { lab.close() }
        try lab.startServer()
        try await lab.drive { driver in
            try driver.bind()
            let elapsed = driver.begun.duration(to: try #require(driver.events.last?.time))
            print("lease after \(elapsed.millisecondsText), probes included")
            #expect(elapsed < .milliseconds(200))
        }
    }

    @Test("an address of earlier is got back without a DISCOVER, one of another network is refused")
    func initReboot() async throws {
        let lab = try lab()
        defer { lab.close() }
        try lab.startServer(["--dhcp-authoritative"])
        let first = try await lab.drive { try $0.bind().address.address }
        let discovers = lab.count("DHCPDISCOVER(")
        let second = try await lab.drive { try $0.bind(remembering: first).address.address }
        #expect(second == first)
        #expect(lab.count("DHCPDISCOVER(") == discovers, "\(lab.serverLog)")

        let elsewhere = try #require(IPv4Address("192.168.5.5"))
        try await lab.drive { driver in
            let lease = try driver.bind(remembering: elsewhere)
            #expect(IPv4Prefix("10.77.0.0/24")?.contains(lease.address.address) == true)
            guard case .failed(.refused(let server, _))? = driver.events.first?.action else {
                Issue.record("\(driver.events)")
                return
            }
            #expect(server == IPv4Address(NetworkLab.serverAddress))
        }
        #expect(lab.count("DHCPNAK(") == 1)
    }

    @Test("a server that does not know an address of earlier keeps silent, and is then asked for it by DISCOVER")
    func initRebootUnknown() async throws {
        let lab = try lab()
        defer { lab.close() }
        try lab.startServer()
        let wanted = try #require(IPv4Address("10.77.0.71"))
        let (address, time) = try await lab.drive { driver in
            (try driver.bind(remembering: wanted).address.address, driver.begun.duration(to: .now))
        }
        #expect(address == wanted)
        #expect(time < .seconds(3))
        #expect(lab.count("DHCPDISCOVER(") == 1)
    }

    @Test("when the server is replaced by another one with other addresses, the lease moves there by itself")
    func serverChange() async throws {
        let lab = try lab()
        defer { lab.close() }
        let times = ["--dhcp-option=58,5", "--dhcp-option=59,10"]
        let server = try lab.startServer(times)
        try await lab.drive { driver in
            let first = try driver.bind()
            lab.stopDaemon(server)
            try lab.startNeighbourServer(
                times + ["--dhcp-authoritative"], range: "10.77.0.150,10.77.0.199,255.255.255.0,2m")
            try driver.run(within: .seconds(20)) { action in
                if case .bound(let lease, _) = action { lease.server != first.server } else { false }
            }
            let second = try #require(driver.lease)
            #expect(second.server == IPv4Address(NetworkLab.neighbourAddress))
            #expect(IPv4Prefix("10.77.0.128/25")?.contains(second.address.address) == true)
            let told = driver.time { if case .notice(.rebinding(first.server, _, _)) = $0 { true } else { false } }
            #expect(told != nil, "\(driver.events)")
            let addresses = try lab.clientIP("-4", "addr", "show", "nic0")
            #expect(addresses.contains("inet \(second.address)") && !addresses.contains("inet \(first.address)"))
        }
    }

    @Test("a lease is confirmed after the link was away, and lost when the network is another one")
    func confirmation() async throws {
        let lab = try lab()
        defer { lab.close() }
        let server = try lab.startServer(["--dhcp-authoritative"])
        try await lab.drive { driver in
            let first = try driver.bind()
            let discovers = lab.count("DHCPDISCOVER(")
            try driver.run(within: .seconds(5), driver.client.confirm(at: .now)) { action in
                if case .bound(let lease, _) = action { lease.address == first.address } else { false }
            }
            #expect(lab.count("DHCPDISCOVER(") == discovers)
            lab.stopDaemon(server)
            try lab.serverIP("addr", "flush", "dev", "srv0")
            try lab.serverIP("addr", "add", "10.78.0.1/24", "dev", "srv0")
            try lab.startServer(["--dhcp-authoritative"], range: "10.78.0.50,10.78.0.99,255.255.255.0,2m")
            try driver.run(within: .seconds(5), driver.client.confirm(at: .now)) { action in
                if case .bound = action { true } else { false }
            }
            #expect(driver.time { if case .lost(.refused) = $0 { true } else { false } } != nil)
            #expect(driver.lease?.address.address.description.hasPrefix("10.78.0.") == true)
        }
    }

    @Test("with half of all packets lost a lease still comes")
    func lossyPath() async throws {
        let lab = try lab()
        defer { lab.close() }
        try lab.startServer()
        let rules = lab.folder.appending(path: "lossy.nft")
        try """
        table ip lossy {
          chain requests {
            type filter hook input priority 0;
            udp dport 67 numgen inc mod 2 0 drop
          }
          chain answers {
            type filter hook output priority 0;
            udp dport 68 numgen inc mod 2 0 drop
          }
        }

        """.write(to: rules, atomically: true, encoding: .utf8)
        try lab.run(in: lab.server, "/usr/sbin/nft", "-f", rules.path)
        try await lab.drive { driver in
            try driver.bind(within: .seconds(30))
            print("lease over the lossy path after \(driver.begun.duration(to: .now).millisecondsText)")
        }
    }

    @Test("a lease that is given back is free at once")
    func release() async throws {
        let lab = try lab()
        defer { lab.close() }
        try lab.startServer()
        let address = try await lab.drive { driver in
            let address = try driver.bind().address
            driver.client.release()
            #expect(driver.client.sendFailure == nil && driver.client.deadline == nil)
            try lab.clientIP("addr", "del", "\(address)", "dev", "nic0")
            let deadline = ContinuousClock.now + .seconds(3)
            while lab.count("DHCPRELEASE(") == 0, ContinuousClock.now < deadline { usleep(10_000) }
            return address.address
        }
        #expect(lab.serverLog.contains("DHCPRELEASE(srv0) \(address) "), "\(lab.serverLog)")
        #expect(!lab.serverLog.contains("unknown lease"), "\(lab.serverLog)")
    }

    @Test("of two servers the preferred one is taken, and the other one when it is silent")
    func preferredServer() async throws {
        let lab = try lab()
        defer { lab.close() }
        try lab.startServer()
        let neighbour = try lab.startNeighbourServer(range: "10.77.0.150,10.77.0.199,255.255.255.0,2m")
        var settings = LeaseSettings()
        settings.preferredServer = IPv4Address(NetworkLab.neighbourAddress)
        let preferred = settings.preferredServer
        let first = try await lab.drive(settings) { try $0.bind().server }
        #expect(first == preferred)
        lab.stopDaemon(neighbour)
        try await lab.drive(settings) { driver in
            let server = try driver.bind().server
            #expect(server == IPv4Address(NetworkLab.serverAddress))
            #expect(driver.begun.duration(to: .now) >= .seconds(3))
            guard case .notice(.preferredServerSilent)? = driver.events.first?.action else {
                Issue.record("\(driver.events)")
                return
            }
        }
    }
}
