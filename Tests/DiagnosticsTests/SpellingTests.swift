import Testing

@testable import Diagnostics

@Suite struct SpellingTests {
    @Test(arguments: [
        ("", "", 0), ("abc", "abc", 0), ("abc", "", 3), ("abc", "abd", 1), ("abc", "acb", 1), ("abc", "abcd", 1),
        ("ab", "ba", 1), ("kitten", "sitting", 3),
    ])
    func `distances are the least number of slips`(first: String, second: String, distance: Int) {
        #expect(SpellingDistance.distance(first, second) == distance)
        #expect(SpellingDistance.distance(second, first) == distance)
    }

    @Test(arguments: [
        ("dhpc4", "dhcp4"), ("adresses", "addresses"), ("dhcp", "dhcp4"), ("zzzzz", nil), ("", nil),
        (String(repeating: "a", count: 65), nil),
    ])
    func `only a near name is what was meant`(name: String, nearest: String?) {
        let known = ["addresses", "dhcp4", "dhcp6", String(repeating: "a", count: 64)]
        #expect(SpellingDistance.nearest(to: name, among: known) == nearest)
    }

    @Test(arguments: [
        ("eth0", "\"eth0\""), ("a\u{1b}[2J\nb", "\"a\\u{1B}[2J\\nb\""), ("\u{202e}x", "\"\\u{202E}x\""),
        ("größe", "\"größe\""), ("abcdefghij", "\"abcdefghij\""), ("abcdefghijk", "\"abcdefghij…\""),
    ])
    func `text from outside is shown without what could disguise it`(text: String, quoted: String) {
        #expect(quotedText(text, longest: 10) == quoted)
    }
}
