import ImageStreaming
import Testing

@Suite struct RemainingTimeTests {
    @Test(
        arguments: [
            (.seconds(10), 50, "0:10 left"), (.seconds(10), 1, "16:30 left"), (.seconds(3600), 40, "1:30:00 left"),
            (.milliseconds(999), 50, nil), (.seconds(10), 0, nil), (.seconds(10), 100, nil),
            (.seconds(1 << 40), 1, "99:59:59 left"),
        ] as [(Duration, Int, String?)])
    func isSaidOnceItCanBeTold(elapsed: Duration, percent: Int, text: String?) {
        #expect(remainingTimeText(elapsed: elapsed, percent: percent) == text)
    }
}
