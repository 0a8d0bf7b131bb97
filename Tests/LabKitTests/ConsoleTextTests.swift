import Testing

@testable import LabKit

@Suite struct ConsoleTextTests {
    @Test(arguments: [
        ("plain\r\nlines\n", "plain\nlines\n"),
        ("\u{1b}[1;32mgreen\u{1b}[0m", "green"),
        ("\u{1b}[2J\u{1b}[01;01Hcleared", "cleared"),
        ("a\r\u{1b}[Kb\r\r\nc", "a\nb\nc"),
        ("\u{1b}c\u{1b}[?7lreset", "reset"),
        ("\u{1b}]0;title\u{07}text", "text"),
        ("\u{1b}]0;title\u{1b}\\text", "text"),
        ("\u{1b}(Bcharset", "charset"),
        ("tab\there\u{08}", "tab\there"),
        ("[ 3/15] network … done 1.2s", "[ 3/15] network … done 1.2s"),
    ])
    func terminalSequencesAreLeftOutAndTextIsKept(raw: String, plain: String) {
        var filter = ConsoleText()
        #expect(String(decoding: filter.plain(raw.utf8), as: UTF8.self) == plain)
    }

    @Test func aTerminalGetsTheMeansToPrintALineOver() {
        var filter = ConsoleText(.asSent)
        let raw = "\u{1b}[2J 1 %\r\u{1b}[K 2 %\r\n"
        #expect(String(decoding: filter.plain(raw.utf8), as: UTF8.self) == " 1 %\r\u{1b}[K 2 %\r\n")
    }

    @Test func aSequenceMayBeCutAnywhere() {
        let raw = Array("x\u{1b}[1;32mgreen\r\n\u{1b}]0;t\u{07}y".utf8)
        for cut in 0...raw.count {
            var filter = ConsoleText()
            let plain = filter.plain(raw[..<cut]) + filter.plain(raw[cut...])
            #expect(String(decoding: plain, as: UTF8.self) == "xgreen\ny")
        }
    }
}
