import Testing

@testable import martlet

@Suite struct ProgressTextTests {
    private static let text = ProgressText(
        percent: 25, done: 1 << 30, all: 4 << 30, elapsed: .seconds(10), note: "read back")

    @Test(arguments: [
        (4, ""), (10, "25 %"), (32, "25 %  1.0 GiB of 4.0 GiB"), (41, "25 %  1.0 GiB of 4.0 GiB  read back"),
        (
            94,
            "[#######.......................]  25 %  1.0 GiB of 4.0 GiB  read back  102.4 MiB/s  0:30 left"
        ),
    ])
    func asMuchIsShownAsHasRoom(width: Int, line: String) {
        #expect(Self.text.line(width: width) == line)
    }

    @Test func everyWidthKeepsTheLastColumnFree() {
        for width in 1...300 {
            for percent in [0, 1, 50, 100] {
                let text = ProgressText(
                    percent: percent, done: .max, all: .max, elapsed: .seconds(percent), note: "read back")
                #expect(text.line(width: width).count < max(width, 1))
            }
        }
    }

    @Test func thereIsNoGuessBeforeTheFirstSecondOrAtTheEnd() {
        let early = ProgressText(percent: 1, done: 1, all: 100, elapsed: .milliseconds(900))
        #expect(!early.line(width: 200).contains("left") && !early.line(width: 200).contains("/s"))
        let late = ProgressText(percent: 100, done: 100, all: 100, elapsed: .seconds(9))
        #expect(!late.line(width: 200).contains("left"))
        #expect(
            ProgressText(percent: 1, done: 1, all: 100, elapsed: .seconds(100)).line(width: 200).hasSuffix(
                "2:45:00 left"))
    }
}
