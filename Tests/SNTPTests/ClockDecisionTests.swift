import LinuxSystem
import Testing

@testable import SNTP

@Suite("What is done with the clock")
struct ClockDecisionTests {
    private static let earliest = UnixTime(seconds: 1_795_564_800)

    private static func offset(_ duration: Duration) -> ClockOffset {
        ClockOffset(server: "ntp.example (192.0.2.1)", offset: duration, delay: .milliseconds(1))
    }

    @Test("a clock that a server finds right is left alone")
    func right() {
        for offset in [0, 3, -128, 128] as [Int64] {
            let decision = ClockDecision(
                now: Self.earliest + .seconds(1), earliest: Self.earliest, offset: Self.offset(.milliseconds(offset)))
            #expect(decision.action == .leave)
        }
        let decision = ClockDecision(
            now: Self.earliest, earliest: Self.earliest, offset: Self.offset(.milliseconds(3)))
        #expect(decision.description == "the clock is right to 3 ms by ntp.example (192.0.2.1)")
    }

    @Test("a clock that a server finds wrong is stepped, from 1970 as well")
    func wrong() {
        let ahead = ClockDecision(
            now: Self.earliest + .seconds(7500), earliest: Self.earliest, offset: Self.offset(.seconds(-7205)))
        #expect(ahead.action == .step(by: .seconds(-7205)))
        #expect(
            ahead.description
                == "the clock was 2 h ahead: set to 2026-11-25T00:04:55Z by ntp.example (192.0.2.1)")
        let empty = ClockDecision(
            now: UnixTime(seconds: 10), earliest: Self.earliest, offset: Self.offset(.seconds(1_800_000_000)))
        #expect(empty.action == .step(by: .seconds(1_800_000_000)))
        #expect(empty.description.hasPrefix("the clock was 20833 d 8 h behind: set to 2027-01-15T08:00:10Z by"))
    }

    @Test("without a server, an impossible clock is raised to the release, and any other is left")
    func noServer() {
        let raised = ClockDecision(now: UnixTime(seconds: 0), earliest: Self.earliest, offset: nil)
        #expect(raised.action == .raise(to: Self.earliest))
        #expect(
            raised.description
                == "the clock said 1970-01-01T00:00:00Z, which is before this program was released: set to "
                + "2026-11-25T00:00:00Z, until a time server is heard")
        #expect(ClockDecision(now: Self.earliest, earliest: Self.earliest, offset: nil).action == .leave)
        #expect(
            ClockDecision(now: Self.earliest + .seconds(60), earliest: Self.earliest, offset: nil).description
                == "the clock says 2026-11-25T00:01:00Z; no time server has confirmed it")
    }

    @Test("a server that would set the clock before the release is not believed")
    func backBeforeRelease() {
        let now = Self.earliest + .seconds(10)
        #expect(
            ClockDecision(now: now, earliest: Self.earliest, offset: Self.offset(.seconds(-11))).action == .leave)
        #expect(
            ClockDecision(now: UnixTime(seconds: 0), earliest: Self.earliest, offset: Self.offset(.seconds(5))).action
                == .raise(to: Self.earliest))
    }

    @Test("of several answers the middle one counts; of two, that with the shorter way")
    func median() {
        func offset(_ milliseconds: Int64, delay: Int64) -> ClockOffset {
            ClockOffset(server: "s", offset: .milliseconds(milliseconds), delay: .milliseconds(delay))
        }
        #expect(ClockOffset.median(of: []) == nil)
        #expect(ClockOffset.median(of: [offset(5, delay: 9)]) == offset(5, delay: 9))
        #expect(ClockOffset.median(of: [offset(9000, delay: 1), offset(5, delay: 2)]) == offset(9000, delay: 1))
        #expect(
            ClockOffset.median(of: [offset(9000, delay: 1), offset(5, delay: 2), offset(6, delay: 3)])
                == offset(6, delay: 3))
        #expect(
            ClockOffset.median(of: [
                offset(-9, delay: 1), offset(5, delay: 2), offset(6, delay: 1), offset(7, delay: 0),
            ]) == offset(6, delay: 1))
    }

    @Test(
        "durations read well in a sentence",
        arguments: [
            (Duration.zero, "0 ms"), (.milliseconds(12), "12 ms"), (.milliseconds(-3250), "3.2 s"),
            (.seconds(5), "5 s"),
            (.seconds(60), "1 min"), (.seconds(61), "1 min 1 s"), (.seconds(7500), "2 h 5 min"),
            (.seconds(-90_000), "1 d 1 h"),
        ])
    func spoken(duration: Duration, text: String) {
        #expect(duration.spoken == text)
    }
}
