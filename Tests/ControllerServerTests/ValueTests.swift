import Diagnostics
import FoundationEssentials
import HTTPTypes
import NetworkTypes
import ProvisioningAPI
import Testing

@testable import ControllerServer

@Suite struct ValueTests {
    @Test(
        arguments: [
            (nil, ByteRange.whole), ("bytes=0-0", .part(0..<1)), ("bytes=0-99", .part(0..<100)),
            ("bytes=10-", .part(10..<100)), ("bytes=90-200", .part(90..<100)), ("bytes=-10", .part(90..<100)),
            ("bytes=-1000", .part(0..<100)), ("bytes=-0", .unsatisfiable), ("bytes=100-", .unsatisfiable),
            ("bytes=99999999999999999999-", .unsatisfiable), ("bytes=5-2", .whole), ("bytes=0-1,5-6", .whole),
            ("lines=0-1", .whole), ("bytes=", .whole), ("bytes=-", .whole), ("bytes=a-b", .whole), ("bytes=1", .whole),
            ("Bytes=0-0", .part(0..<1)), ("bytes=+1-2", .whole), ("bytes=0-18446744073709551615", .part(0..<100)),
        ] as [(String?, ByteRange)])
    func aRangeIsReadAsTheRFCSays(header: String?, expected: ByteRange) {
        #expect(ByteRange(header, size: 100) == expected)
    }

    @Test func aFileWithoutBytesHasNoRange() {
        #expect(ByteRange("bytes=0-", size: 0) == .unsatisfiable)
        #expect(ByteRange("bytes=-5", size: 0) == .unsatisfiable)
        #expect(ByteRange(nil, size: 0) == .whole)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("0.0.0.0/0", "203.0.113.9", true),
        ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.8", false), ("192.0.2.0/25", "192.0.2.127", true),
        ("192.0.2.0/25", "192.0.2.128", false), ("2001:db8::/33", "2001:db8:7fff::1", true),
        ("2001:db8::/33", "2001:db8:8000::1", false), ("::/0", "10.0.0.1", false),
        ("10.0.0.0/8", "::ffff:10.1.2.3", true), ("fe80::/10", "fe80::1%eth0", true), ("::1/128", "::1", true),
    ])
    func aBlockHoldsItsAddresses(block: String, address: String, isInside: Bool) throws {
        let peer = try #require(IPAddress(peer: address))
        #expect(try #require(AddressBlock(block)).contains(peer) == isInside)
    }

    @Test(arguments: ["", "10.0.0.0/33", "10.0.0.0/", "10.0.0/8", "::/129", "host/8", "10.0.0.0/-1", "10.0.0.0/8/8"])
    func whatIsNoBlockIsRefused(text: String) {
        #expect(AddressBlock(text) == nil)
    }

    @Test(arguments: [
        ("web-1", true), ("a", true), ("52540012-3456.x_y", true), ("", false), (".", false), ("..", false),
        (".hidden", false), ("a/b", false), ("a b", false), ("ä", false), (String(repeating: "a", count: 129), false),
    ])
    func identifiersAreFileNames(text: String, isUsable: Bool) {
        #expect((MachineIdentifier(text) != nil) == isUsable)
    }

    @Test func varsAreQuotedSoThatTheyReadBack() throws {
        let machine = try #require(
            makeMachine(vars: ["IMAGE": "http://x/a b", "NOTE": "it's $HOME \"`\\", "log_url": "http://own/log"]))
        let text = VarsDocument(machine: machine, base: "http://c:1", token: Secret("t0ken")).text
        let lines = text.split(separator: "\n")
        #expect(lines.contains("IMAGE='http://x/a b'"))
        #expect(lines.contains(#"NOTE="it's \$HOME \"\`\\""#))
        #expect(lines.contains("log_url='http://own/log'"))
        #expect(!lines.contains { $0.hasPrefix("LOG_URL=") })
        #expect(lines.contains("TOKEN='t0ken'"))
        #expect(lines.contains("INIT_URL='http://c:1/api/v1/machines/m/status/init'"))
        #expect(lines.contains("CHECKIN_URL='http://c:1/api/v1/checkins/m'"))
    }

    @Test(arguments: [
        ["A B": "x"], ["1A": "x"], ["": "x"], ["A": "x\ny"], ["A": "x\0"], ["a": "1", "A": "2"], ["Token": "x"],
    ])
    func varsThatCannotBeWrittenAreRefused(vars: [String: String]) {
        #expect(VarsDocument.problem(in: vars) != nil)
    }

    @Test func aBootTokenDiesWithItsRunAndTheMachinesOwnDoesNot() throws {
        var machine = try #require(makeMachine())
        let start = Timestamp(Date(timeIntervalSince1970: 1_000_000))
        func later(_ seconds: Double) -> Timestamp { Timestamp(start.date.addingTimeInterval(seconds)) }
        let boot = Secret("boot")
        machine.issue(TokenDigest(boot), now: start)
        #expect(machine.accepts(boot, for: .order, now: later(86400)))
        #expect(machine.report(.`init`, "provisioning started", now: later(1)) == 204)
        #expect(machine.report(.success, "provisioning complete", now: later(100)) == 204)
        #expect(!machine.armed)
        #expect(!machine.accepts(boot, for: .order, now: later(101)))
        #expect(machine.accepts(boot, for: .report, now: later(110)))
        #expect(!machine.accepts(boot, for: .report, now: later(100 + MachineToken.afterlife)))
        #expect(machine.accepts(Secret("own"), for: .order, now: later(1000)))
        #expect(!machine.accepts(Secret("other"), for: .report, now: later(1000)))
        #expect(machine.report(.`init`, "provisioning started", now: later(1000)) == 409)
        #expect(machine.state == .succeeded)
        #expect(machine.report(.`init`, "inspection started", now: later(1000)) == 204)
        #expect(machine.report(.`init`, "something new", now: later(1000)) == 409)
    }

    @Test func aMachinesStateIsThatOfItsLatestCall() throws {
        var machine = try #require(makeMachine())
        for (kind, text, state) in [
            (.`init`, "provisioning started", .running), (.error, "step write-image failed: no route", .failed),
            (.`init`, "provisioning started", .running), (.success, "provisioning complete", .succeeded),
        ] as [(StatusReport.Kind, String, MachineState)] {
            _ = machine.report(kind, text, now: .now)
            #expect(machine.state == state)
        }
        #expect(machine.history.count == 4)
        #expect(machine.step == "write-image")
    }

    @Test func writingADefinitionAgainDoesNotArmAgain() throws {
        var machine = try #require(makeMachine())
        _ = machine.report(.success, "provisioning complete", now: .now)
        machine.redefine(MachineDefinition(vars: ["A": "b"]), token: nil)
        #expect(!machine.armed)
        machine.redefine(MachineDefinition(armed: true), token: nil)
        #expect(machine.armed)
    }

    private func makeMachine(vars: [String: String] = [:]) -> StoredMachine? {
        MachineIdentifier("m").map { id in
            StoredMachine(
                id: id, definition: MachineDefinition(vars: vars), token: TokenDigest(Secret("own")), now: .now)
        }
    }
}
