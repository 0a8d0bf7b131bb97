import FoundationEssentials
import Testing

@testable import ControllerClient

@Suite struct RetryTests {
    @Test func pausesDoubleUpToTheLongestAndAreSpreadByChance() {
        let policy = RetryPolicy(first: .seconds(1), longest: .seconds(8))
        let longest = (0..<6).map { policy.pause(afterFailure: $0, chance: 1) }
        #expect(longest == [.seconds(1), .seconds(2), .seconds(4), .seconds(8), .seconds(8), .seconds(8)])
        #expect(policy.pause(afterFailure: 1, chance: 0) == .seconds(1))
        #expect(policy.pause(afterFailure: 1_000_000, chance: 1) == .seconds(8))
    }

    @Test func thePauseThatTheControllerAsksForIsKeptWithinReason() {
        let policy = RetryPolicy(first: .seconds(1), longest: .seconds(8))
        #expect(policy.pause(afterFailure: 0, chance: 0, asked: .seconds(20)) == .seconds(20))
        #expect(policy.pause(afterFailure: 3, chance: 1, asked: .seconds(2)) == .seconds(8))
        #expect(policy.pause(afterFailure: 0, chance: 0, asked: .seconds(86400)) == .seconds(300))
    }

    @Test(arguments: [
        (200, false), (400, false), (401, false), (404, false), (408, true), (409, false), (410, false), (425, true),
        (429, true), (500, true), (502, true), (503, true), (599, true), (302, false),
    ])
    func onlyTransientAnswersAreTriedAgain(status: Int, isTransient: Bool) {
        #expect(RetryPolicy.isTransient(status: status) == isTransient)
    }

    @Test func retryAfterIsReadInBothForms() throws {
        let date = try #require(RetryAfter.date("Sun, 06 Nov 1994 08:49:37 GMT"))
        #expect(date.timeIntervalSince1970 == 784_111_777)
        #expect(RetryAfter.duration("120", now: date) == .seconds(120))
        #expect(RetryAfter.duration("Sun, 06 Nov 1994 08:49:47 GMT", now: date) == .seconds(10))
        #expect(RetryAfter.duration("Sun, 06 Nov 1994 08:49:07 GMT", now: date) == .zero)
        for text in ["", "soon", "-1", "1.5", "Sun, 06 Foo 1994 08:49:37 GMT"] {
            #expect(RetryAfter.duration(text, now: date) == nil, "\(text)")
        }
    }
}
