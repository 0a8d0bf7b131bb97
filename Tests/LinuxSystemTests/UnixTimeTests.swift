import CLinux
import Glibc
import Testing

@testable import LinuxSystem

@Suite("Instants of the wall clock")
struct UnixTimeTests {
    @Test(
        "are written as RFC 3339 has it",
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (951_782_400, "2000-02-29T00:00:00Z"),
            (1_795_564_800, "2026-11-25T00:00:00Z"), (2_085_978_496, "2036-02-07T06:28:16Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"), (-62_135_596_800, "0001-01-01T00:00:00Z"),
        ])
    func text(seconds: Int64, expected: String) {
        #expect(UnixTime(seconds: seconds).description == expected)
        #expect(UnixTime(seconds: seconds).date == expected.prefix(10))
    }

    @Test("keep their order and their differences, and the kernel's form rounds down")
    func arithmetic() {
        let time = UnixTime(seconds: 10)
        #expect(time + .milliseconds(-10_500) < UnixTime(seconds: 0))
        #expect((time + .seconds(3)) - time == .seconds(3))
        let early = (UnixTime(seconds: 0) + .milliseconds(-500)).timespec
        #expect(early.tv_sec == -1 && early.tv_nsec == 500_000_000)
        #expect(UnixTime(early) == UnixTime(seconds: 0) + .milliseconds(-500))
    }

    @Test("of any size have some text")
    func extremes() {
        for seconds in [Int64.min, .min / 2, .max / 2, .max] {
            let time = UnixTime(seconds: seconds)
            #expect(!time.description.isEmpty && time.mainboardTime == nil)
            #expect(abs((time - UnixTime(seconds: 0)).components.seconds) == 1 << 40)
            #expect(time + .seconds(seconds) == time)
        }
    }

    @Test("go to the mainboard's clock and back")
    func mainboard() throws {
        let time = UnixTime(seconds: 1_795_564_799)
        var fields = try #require(time.mainboardTime)
        #expect(fields.tm_year == 126 && fields.tm_mon == 10 && fields.tm_mday == 24 && fields.tm_hour == 23)
        #expect(UnixTime(fields) == time)
        fields.tm_mon = 12
        #expect(UnixTime(fields) == nil)
        #expect(UnixTime(rtc_time()) == nil, "a clock without a time has day 0")
    }

    @Test("are told by the kernel")
    func now() {
        let seconds = Glibc.time(nil)
        #expect(abs(SystemClock.now.sinceEpoch.components.seconds - Int64(seconds)) < 5)
        #expect(throws: SystemCallError.self) { try SystemClock.readMainboardClock("/dev/null") }
    }
}
