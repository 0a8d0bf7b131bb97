import LinuxSystem
import Testing

@testable import SNTP

@Suite("What an answer says of the clock")
struct SNTPQuestionTests {
    private static let earliest = UnixTime(seconds: 1_795_564_800)
    private static let nonce = NTPTimestamp(rawValue: 0x0102_0304_0506_0708)

    /// A good answer to `nonce`, received and sent at these times.
    private static func answer(_ received: UnixTime, _ replied: UnixTime) -> SNTPPacket {
        var packet = SNTPPacket(mode: SNTPPacket.serverMode)
        packet.stratum = 2
        packet.origin = nonce
        packet.receive = NTPTimestamp(received)
        packet.transmit = NTPTimestamp(replied)
        return packet
    }

    private static func evaluate(
        _ answer: SNTPPacket, sent: UnixTime, waited: Duration = .milliseconds(100), earliest: UnixTime = earliest
    ) throws(SNTPRefusal) -> (offset: Duration, delay: Duration) {
        try SNTPQuestion(nonce: nonce, sent: sent).evaluate(answer, waited: waited, earliest: earliest)
    }

    @Test(
        "the offset is the mean of both ways, and the delay leaves out what the server took, however wrong the clock is",
        arguments: [
            0, 1, -1, 3600, -86_400, 1_795_564_800 + 100, 4_000_000_000, -4_000_000_000, -1_000_000_000_000,
            1_000_000_000_000,
        ])
    func offset(wrong: Int64) throws {
        let truth = UnixTime(seconds: 1_795_564_800 + 100)
        // 40 ms there, 10 ms in the server, 50 ms back.
        let packet = Self.answer(truth + .milliseconds(40), truth + .milliseconds(50))
        let (offset, delay) = try Self.evaluate(packet, sent: truth + .seconds(0 - wrong))
        let error = offset - .seconds(wrong) + .milliseconds(5)
        #expect(error > .microseconds(-1) && error < .microseconds(1), "\(offset)")
        #expect(delay > .microseconds(89_999) && delay < .microseconds(90_001), "\(delay)")
    }

    @Test("the time is told across the end of an era, by a clock before it or of 1970")
    func rollOver() throws {
        // 2036-02-07T06:28:16Z, when the seconds begin anew.
        let rollOver = UnixTime(seconds: 2_085_978_496)
        let packet = Self.answer(rollOver + .milliseconds(-1), rollOver + .milliseconds(1))
        let (offset, _) = try Self.evaluate(packet, sent: rollOver + .milliseconds(-50))
        #expect(offset > .milliseconds(-1) && offset < .milliseconds(1), "\(offset)")
        let later = UnixTime(seconds: 2_400_000_000)
        let (far, _) = try Self.evaluate(Self.answer(later, later), sent: UnixTime(seconds: 0), waited: .zero)
        #expect(far == .seconds(2_400_000_000))
    }

    @Test("a clock at the ends of what a number holds makes no trap")
    func extremes() throws {
        let truth = UnixTime(seconds: 1_800_000_000)
        for seconds in [Int64.min, .max] {
            let (offset, _) = try Self.evaluate(Self.answer(truth, truth), sent: UnixTime(seconds: seconds))
            #expect(offset != .zero)
            #expect(!offset.spoken.isEmpty)
        }
    }

    @Test("an answer that tells no time is refused with the reason")
    func refused() {
        let truth = UnixTime(seconds: 1_800_000_000)
        let good = Self.answer(truth, truth)
        func changed(_ change: (inout SNTPPacket) -> Void) -> SNTPPacket {
            var packet = good
            change(&packet)
            return packet
        }
        func kiss(_ code: UInt32) -> SNTPPacket {
            changed {
                $0.stratum = 0
                $0.leap = 3
                $0.referenceID = code
            }
        }
        let before = UnixTime(seconds: 1_577_836_800)
        let cases: [(SNTPPacket, SNTPRefusal)] = [
            (changed { $0.mode = 3 }, .notAServer(mode: 3)), (changed { $0.mode = 5 }, .notAServer(mode: 5)),
            (changed { $0.version = 0 }, .unknownVersion(0)), (changed { $0.version = 5 }, .unknownVersion(5)),
            (changed { $0.origin = NTPTimestamp(rawValue: 0) }, .notOurQuestion),
            (changed { $0.origin = NTPTimestamp(rawValue: Self.nonce.rawValue + 1) }, .notOurQuestion),
            (kiss(0x5241_5445), .kiss("RATE")), (kiss(0x4445_4e59), .kiss("DENY")), (kiss(0x1b5b_324a), .kiss("[2J")),
            (kiss(0), .unsynchronised),
            (changed { $0.leap = 3 }, .unsynchronised), (changed { $0.stratum = 16 }, .unsynchronised),
            (changed { $0.rootDispersion = 16 << 16 }, .unsynchronised),
            (changed { $0.rootDelay = .max }, .unsynchronised),
            (changed { $0.transmit = NTPTimestamp(rawValue: 0) }, .contradiction),
            (changed { $0.receive = NTPTimestamp(rawValue: 0) }, .contradiction),
            (Self.answer(truth + .seconds(1), truth), .contradiction),
            (Self.answer(truth, truth + .seconds(5)), .contradiction),
            (Self.answer(before, before), .tooEarly(before)),
        ]
        for (packet, refusal) in cases {
            #expect(throws: refusal) { _ = try Self.evaluate(packet, sent: truth) }
        }
        #expect(SNTPRefusal.kiss("RATE").description == "it does not want to be asked (kiss-o'-death RATE)")
        #expect(
            SNTPRefusal.tooEarly(before).description
                == "it says 2020-01-01T00:00:00Z, which is before this program was released")
    }

    @Test("any answer to the question is taken or refused")
    func random() {
        for _ in 0..<5000 {
            let noise = (0..<48).map { _ in UInt8.random(in: 0...255) }
            guard var packet = try? SNTPPacket(parsing: noise[...]) else { continue }
            packet.mode = SNTPPacket.serverMode
            packet.origin = Self.nonce
            _ = try? Self.evaluate(packet, sent: UnixTime(seconds: .random(in: .min ... .max)))
        }
    }
}
