import NetworkTypes
import Testing

@testable import LLDP

@Suite("Who was heard on which NIC")
struct NeighbourTableTests {
    private let start = ContinuousClock.now
    private let nic = LLDPInterface(index: 3, name: "eth0", mac: MACAddress("52:54:00:12:34:56") ?? .zero)

    private func frame(
        port: String = "Ethernet1/7", ttl: [UInt8] = [0, 120], name: String = "leaf-12",
        reach: LLDPFrame.Reach = .nearestBridge, from source: String = "52:54:00:aa:bb:02"
    ) throws -> LLDPFrame {
        let unit =
            SwitchFrame.chassis + SwitchFrame.part(2, [5] + Array(port.utf8)) + SwitchFrame.part(3, ttl)
            + SwitchFrame.part(5, Array(name.utf8))
        return try #require(LLDPFrame(parsing: SwitchFrame.frame(unit, reach: reach, from: source)[...]))
    }

    @Test("a neighbour is told when it is new and when it changes, and not when it repeats itself")
    func newAndChanged() throws {
        var table = NeighbourTable()
        table.add(nic)
        let first = LLDPNeighbour(try frame().unit)
        #expect(table.hear(try frame(), on: 3, at: start) == [.found(interface: "eth0", first)])
        #expect(table.hear(try frame(ttl: [0, 121]), on: 3, at: start) == [])
        #expect(table.neighbours["eth0"]?.ttlSeconds == 121)
        let renamed = LLDPNeighbour(try frame(name: "leaf-13").unit)
        #expect(
            table.hear(try frame(name: "leaf-13"), on: 3, at: start) == [.changed(interface: "eth0", renamed)])
        #expect(table.neighbours == ["eth0": renamed])
    }

    @Test("a neighbour that is not heard again goes when its time is over")
    func expiry() throws {
        var table = NeighbourTable()
        table.add(nic)
        #expect(table.nextExpiry == nil)
        _ = table.hear(try frame(), on: 3, at: start)
        _ = table.hear(try frame(), on: 3, at: start + .seconds(30))
        #expect(table.nextExpiry == start + .seconds(150))
        #expect(table.expire(at: start + .seconds(149)) == [])
        #expect(
            table.expire(at: start + .seconds(150))
                == [.gone(interface: "eth0", LLDPNeighbour(try frame().unit), saidSo: false)])
        #expect(table.neighbours.isEmpty && table.nextExpiry == nil)
    }

    @Test("a goodbye takes the neighbour away; one from a stranger does nothing")
    func shutdown() throws {
        var table = NeighbourTable()
        table.add(nic)
        _ = table.hear(try frame(), on: 3, at: start)
        #expect(table.hear(try frame(port: "Ethernet1/8", ttl: [0, 0]), on: 3, at: start) == [])
        #expect(
            table.hear(try frame(ttl: [0, 0]), on: 3, at: start)
                == [.gone(interface: "eth0", LLDPNeighbour(try frame().unit), saidSo: true)])
        #expect(table.neighbours.isEmpty)
    }

    @Test("of several, the one whose frames no bridge forwards is the neighbour, then the one heard first")
    func nearest() throws {
        var table = NeighbourTable()
        table.add(nic)
        _ = table.hear(try frame(port: "far", reach: .nearestCustomerBridge), on: 3, at: start)
        #expect(table.neighbours["eth0"]?.portID.text == "far")
        _ = table.hear(try frame(port: "near"), on: 3, at: start)
        _ = table.hear(try frame(port: "second"), on: 3, at: start)
        _ = table.hear(try frame(port: "relay", reach: .nearestNonRelayBridge), on: 3, at: start)
        #expect(table.neighbours["eth0"]?.portID.text == "near")
    }

    @Test("the NIC's own frames, and those of a NIC that was taken away, are nobody's")
    func ownFrames() throws {
        var table = NeighbourTable()
        table.add(nic)
        #expect(table.hear(try frame(from: "52:54:00:12:34:56"), on: 3, at: start) == [])
        #expect(table.hear(try frame(), on: 4, at: start) == [])
        _ = table.hear(try frame(), on: 3, at: start)
        table.remove(3)
        #expect(table.neighbours.isEmpty)
        #expect(table.hear(try frame(), on: 3, at: start) == [])
    }

    @Test("more neighbours than a cable can have are not kept")
    func flood() throws {
        var table = NeighbourTable()
        table.add(nic)
        var events = 0
        for number in 0..<1000 { events += table.hear(try frame(port: "\(number)"), on: 3, at: start).count }
        #expect(events == NeighbourTable.mostPerInterface)
        #expect(table.neighbours["eth0"]?.portID.text == "0")
    }

    @Test("a frame counts only when it is LLDP and was sent to one of the three addresses")
    func frames() throws {
        let good = SwitchFrame.frame(SwitchFrame.unit)
        #expect(LLDPFrame(parsing: good[...])?.reach == .nearestBridge)
        for (offset, value) in [(0, 0x00), (5, 0x0d), (5, 0xff), (12, 0x08), (13, 0xcd), (14, 0x00)] {
            var bytes = good
            bytes[offset] = UInt8(value)
            #expect(LLDPFrame(parsing: bytes[...]) == nil, "byte \(offset) as \(value)")
        }
        for length in 0..<20 { #expect(LLDPFrame(parsing: good.prefix(length)) == nil) }
    }

    @Test("events are lines for a console")
    func lines() throws {
        let neighbour = LLDPNeighbour(try frame().unit)
        #expect(
            LLDPEvent.found(interface: "eth0", neighbour).description
                == "eth0 is connected to switch leaf-12 port Ethernet1/7")
        #expect(
            LLDPEvent.gone(interface: "eth0", neighbour, saidSo: false).description
                == "eth0 has lost switch leaf-12 port Ethernet1/7: it is silent")
    }
}
