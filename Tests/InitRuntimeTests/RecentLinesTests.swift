import Testing

@testable import InitRuntime

@Suite struct RecentLinesTests {
    private func lines(_ text: String) -> [String] {
        var recent = RecentLines()
        recent.take(text.utf8)
        return recent.all
    }

    @Test(arguments: [
        ("one\ntwo\n", ["one", "two"]),
        ("one\r\ntwo", ["one", "two"]),
        ("10 %\r20 %\rdone\n", ["done"]),
        ("\n\n", []),
    ])
    func keepsFinishedLinesAndTheLastTextOfOverwrittenOnes(text: String, expected: [String]) {
        #expect(lines(text) == expected)
    }

    @Test func keepsTheLastTwentyLinesAndBoundsEach() {
        let many = lines((1...100).map { "line \($0)\n" }.joined())
        #expect(many.count == 20)
        #expect(many.last == "line 100")
        #expect(lines(String(repeating: "x", count: 10_000))[0].count == 512)
    }
}

@Suite struct RescueSettingsTests {
    @Test(arguments: [
        RescueSettings(), RescueSettings(mode: .reboot, timeout: 90), RescueSettings(mode: .retry, asksPassword: true),
    ])
    func survivesItsTextForm(settings: RescueSettings) {
        #expect(RescueSettings(text: settings.text) == settings)
    }

    @Test(arguments: ["", "\u{0}\u{1}", "dance -5 nothing", "shell 99999999999999999999 open"])
    func whateverIsNotUnderstoodIsTheShell(text: String) {
        #expect(RescueSettings(text: text) == RescueSettings())
    }
}
