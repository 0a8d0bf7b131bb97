import Glibc
import LinuxSystem
import NetworkTestKit
import NetworkTypes
import Testing

@testable import LLDP

/// The real code against a real sender (lldpd), in network namespaces. Needs root.
@Suite("Root: LLDP against lldpd", .serialized)
struct LLDPRootTests {
    @Test("a neighbour is found, its change and its goodbye are told")
    func conversation() async throws {
        let lab = try LLDPLab()
        defer { lab.close() }
        let listener = try await lab.listen("nic0")
        defer { listener.stop() }
        try lab.startSender()
        // The first frame may go before the sender has read its configuration.
        // lldpd on a machine that does not bridge calls it a station.
        let line = "host leaf-12 port Ethernet1/7 (rack 4), VLAN 100"
        let found = try await lab.event { event in
            switch event {
            case .found("nic0", let neighbour), .changed("nic0", let neighbour):
                neighbour.description == line
            default: false
            }
        }
        #expect(found != nil, "\(lab.events.update { $0 })\n\(lab.senderLog)")
        let neighbour = try #require(listener.neighbours["nic0"])
        #expect(neighbour.chassisID.kind == .macAddress && neighbour.portID.kind == .local)
        #expect(neighbour.vlans == [LLDPVLAN(id: 100, name: "prod")])
        #expect(neighbour.aggregation == LLDPAggregation(isCapable: true, isEnabled: false, portID: 0))
        #expect(neighbour.ttlSeconds == 4)

        try lab.describePort("rack 5")
        let changed = try await lab.event { event in
            if case .changed("nic0", let neighbour) = event { neighbour.portDescription == "rack 5" } else { false }
        }
        #expect(changed != nil, "\(lab.events.update { $0 })\n\(lab.senderLog)")

        lab.stopSender()
        let gone = try await lab.event(within: .seconds(5)) { event in
            if case .gone("nic0", let neighbour, saidSo: true) = event {
                neighbour.portDescription == "rack 5"
            } else {
                false
            }
        }
        #expect(gone != nil, "\(lab.events.update { $0 })\n\(lab.senderLog)")
        #expect(listener.neighbours.isEmpty)
    }

    @Test("a neighbour behind a cable that was pulled expires, and is found again; so after the NIC was set down")
    func pulledCable() async throws {
        let lab = try LLDPLab()
        defer { lab.close() }
        let listener = try await lab.listen("nic0")
        defer { listener.stop() }
        try lab.startSender()
        for turn in ["the cable", "the NIC"] {
            #expect(
                try await lab.event { event in
                    if case .found(_, let neighbour) = event { neighbour.ttlSeconds == 4 } else { false }
                } != nil, "before \(turn): \(lab.events.update { $0 })\n\(lab.senderLog)")
            lab.events.update { $0 = [] }
            if turn == "the cable" { try lab.network.serverIP("link", "set", "srv0", "down") }
            if turn == "the NIC" { try lab.network.clientIP("link", "set", "nic0", "down") }
            #expect(
                try await lab.event { if case .gone(_, _, saidSo: false) = $0 { true } else { false } } != nil,
                "after \(turn): \(lab.events.update { $0 })\n\(lab.senderLog)")
            lab.events.update { $0 = [] }
            if turn == "the cable" { try lab.network.serverIP("link", "set", "srv0", "up") }
            if turn == "the NIC" { try lab.network.clientIP("link", "set", "nic0", "up") }
        }
        #expect(
            try await lab.event { if case .found = $0 { true } else { false } } != nil,
            "at the end: \(lab.events.update { $0 })\n\(lab.senderLog)")
    }

    @Test("a NIC takes in the three multicast addresses while it is listened on, and no longer")
    func membership() async throws {
        let lab = try LLDPLab()
        defer { lab.close() }
        let listener = try await lab.listen("nic0")
        defer { listener.stop() }
        let groups = ["01:80:c2:00:00:00", "01:80:c2:00:00:03", "01:80:c2:00:00:0e"]
        try await eventually { try groups.allSatisfy(lab.network.clientIP("maddr", "show", "dev", "nic0").contains) }
        let index = try await lab.network.inClient { Int32(if_nametoindex("nic0")) }
        listener.remove(index: index)
        try await eventually {
            try !groups.contains { try lab.network.clientIP("maddr", "show", "dev", "nic0").contains($0) }
        }
    }

    @Test("a NIC that is not there, and one that goes, harm nothing")
    func missing() async throws {
        let lab = try LLDPLab()
        defer { lab.close() }
        let listener = try await lab.listen("nic0")
        defer { listener.stop() }
        listener.add(LLDPInterface(index: 9999, name: "nic9", mac: .zero))
        let trouble = try await lab.event { if case .trouble("nic9", _) = $0 { true } else { false } }
        #expect(trouble?.description.contains("No such device") == true, "\(String(describing: trouble))")
        try lab.network.clientIP("link", "del", "nic0")
        try await Task.sleep(for: .milliseconds(500))
        #expect(listener.neighbours.isEmpty)
    }

    @Test("a driver without private flags has none; an interface that is not there is an error")
    func driverFlags() async throws {
        let lab = try LLDPLab()
        defer { lab.close() }
        #expect(try await lab.network.inClient { try DriverFlags.read(of: "nic0").names } == [])
        #expect(try await lab.network.inClient { FirmwareAgent.stop(on: "nic0") } == .absent)
        for name in ["nic9", String(repeating: "n", count: 40)] {
            let error = await #expect(throws: SystemCallError.self) {
                try await lab.network.inClient { try DriverFlags.read(of: name) }
            }
            #expect(error?.errno == .operationNotSupportedByDevice)
        }
    }

    private func eventually(_ condition: () throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(5)
        while try !condition() {
            guard ContinuousClock.now < deadline else {
                Issue.record("not in 5 s")
                return
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
