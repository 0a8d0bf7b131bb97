import DHCPv4
import Foundation
import LinuxSystem
import NetworkTypes
import Testing

@testable import NetworkBringUp

@Suite("Cards and what is said of them")
struct CardTests {
    @Test(
        "a PCI address is told from other parts of a device's path",
        arguments: [
            ("0000:00:03.0", true), ("0001:af:1f.7", true), ("pci0000:00", false), ("virtio2", false),
            ("1-1:1.0", false),
            ("0000:00:03", false), ("", false),
        ])
    func pciAddress(text: String, expected: Bool) {
        #expect(NetworkCard.isPCIAddress(text) == expected)
    }

    @Test("network devices without a driver are found on the PCI and virtio buses")
    func undriven() throws {
        let root = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: root) }
        let devices: [(String, [String: String], Bool)] = [
            ("pci/devices/0000:00:03.0", ["class": "0x020000", "vendor": "0x14e4", "device": "0x163b"], false),
            ("pci/devices/0000:00:04.0", ["class": "0x020000", "vendor": "0x8086", "device": "0x1572"], true),
            ("pci/devices/0000:00:05.0", ["class": "0x010802", "vendor": "0x144d", "device": "0xa808"], false),
            ("virtio/devices/virtio0", ["vendor": "0x1af4", "device": "0x0001"], false),
            ("virtio/devices/virtio1", ["vendor": "0x1af4", "device": "0x0002"], false),
        ]
        for (path, attributes, hasDriver) in devices {
            try Files.makeDirectories("\(root)/bus/\(path)")
            for (name, value) in attributes { try Files.write("\(value)\n", to: "\(root)/bus/\(path)/\(name)") }
            if hasDriver { try Files.makeDirectories("\(root)/bus/\(path)/driver") }
        }
        let found = UndrivenDevice.all(sysfs: root)
        #expect(
            found.map(\.description) == ["0000:00:03.0  [14e4:163b]  no driver", "virtio0  [1af4:0001]  no driver"])
        let error = NetworkError.noCard(after: .seconds(60), undriven: found)
        #expect(error.description.contains("no network card appeared in 60 s"))
        #expect(error.description.contains("\n  0000:00:03.0  [14e4:163b]  no driver"))
        #expect(error.advice.contains("kernel module"))
    }

    @Test("each state of a card has a plain reason")
    func reasons() throws {
        let begin = ContinuousClock.now
        let now = begin + .seconds(31)
        #expect(
            CardStatus.noCarrier(since: begin).reason(at: now)
                == "no carrier after 31 s (no cable, or the other end is off)")
        #expect(CardStatus.starting(since: begin).reason(at: now) == "its driver has been starting it for 31 s")

        var machine = LeaseMachine(mac: .zero)
        let first = machine.start(at: begin)
        #expect(
            CardStatus.searching(machine.progress).reason(at: now) == "no DHCP offer: 1 DISCOVER sent in 31 s")
        _ = machine.timerFired(at: now)
        #expect(
            CardStatus.searching(machine.progress).reason(at: now) == "no DHCP offer: 2 DISCOVERs sent in 31 s")

        guard case .send(let discover, _)? = first.first else {
            Issue.record("nothing was sent")
            return
        }
        var offer = DHCPMessage(.offer, isReply: true, transactionID: discover.transactionID, clientMAC: .zero)
        offer.options[.serverIdentifier] = [192, 0, 2, 1]
        _ = machine.receive(offer, at: now)
        #expect(
            CardStatus.searching(machine.progress).reason(at: now)
                == "no DHCP offer: 2 DISCOVERs sent in 31 s; the offer from 192.0.2.1 was unusable: "
                + "it has no usable address (0.0.0.0)")
        offer.yourAddress = try #require(IPv4Address("192.0.2.7"))
        _ = machine.receive(offer, at: now)
        var refusal = DHCPMessage(.nak, isReply: true, transactionID: discover.transactionID, clientMAC: .zero)
        refusal.options[.message] = Array("not you".utf8)
        _ = machine.receive(refusal, at: now)
        #expect(
            CardStatus.searching(machine.progress).reason(at: now)
                .hasPrefix("a DHCP server refused the request (NAK): not you"))
    }

    @Test("the error's sentence and advice fit what happened")
    func errors() {
        let timedOut = NetworkError.timedOut(after: .seconds(300), cards: ["eth0  no carrier", "eth1  no DHCP offer"])
        #expect(timedOut.summary == "no network after 300 s: none of 2 network cards became usable")
        #expect(timedOut.description == timedOut.summary + "\n  eth0  no carrier\n  eth1  no DHCP offer")
        let missing = NetworkError.noSuchCard(wanted: "NIC eth7", after: .seconds(60), cards: ["eth0"])
        #expect(missing.summary == "NIC eth7 did not appear in 60 s (1 other card)")
        #expect(missing.advice.contains("name or MAC address"))
    }
}
