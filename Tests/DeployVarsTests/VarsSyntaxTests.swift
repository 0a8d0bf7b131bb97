import Testing

@testable import DeployVars

@Suite struct VarsSyntaxTests {
    @Test(arguments: [
        ("KEY=value", "value"),
        ("export KEY=value", "value"),
        ("export \t KEY=value", "value"),
        ("  KEY=value", "value"),
        ("KEY=value\r", "value"),
        ("\u{feff}KEY=value", "value"),
        ("KEY=value   ", "value"),
        ("KEY=value # comment", "value"),
        ("KEY=va#lue", "va#lue"),
        ("KEY=a=b", "a=b"),
        ("KEY=", ""),
        ("KEY=\"\"", ""),
        ("KEY=\"a b\"", "a b"),
        ("KEY=\"a b\"  # comment", "a b"),
        ("KEY=\"a b\"# comment", "a b"),
        ("KEY=\"a # b\"", "a # b"),
        ("KEY='a b'", "a b"),
        ("KEY='a \"b\" c'", "a \"b\" c"),
        ("KEY=\"it's\"", "it's"),
        (#"KEY="a\"b\\c\$d\`e""#, "a\"b\\c$d`e"),
        (#"KEY="a\nb""#, #"a\nb"#),
        (#"KEY='a\"b\\c'"#, #"a\"b\\c"#),
        (#"KEY=a\b"#, #"a\b"#),
        ("KEY=\"$HOME $(id) `id`\"", "$HOME $(id) `id`"),
        ("KEY=$6$salt$hash", "$6$salt$hash"),
        ("KEY=ünïcode", "ünïcode"),
    ])
    func readsValues(line: String, value: String) {
        let syntax = VarsSyntax(Array(line.utf8))
        #expect(syntax.problems == [])
        #expect(syntax.assignments == [Assignment(line: 1, name: "KEY", value: value)])
    }

    @Test(arguments: ["", "\n\n", "# KEY=value", "   # KEY=value", "\r\n \t \r\n", "#\u{0}"])
    func passesOverBlankLinesAndComments(text: String) {
        #expect(VarsSyntax(Array(text.utf8)) == VarsSyntax([]))
    }

    @Test func countsLines() {
        let syntax = VarsSyntax(Array("A=1\r\n\r\n# c\r\nB=2".utf8))
        #expect(syntax.assignments.map(\.line) == [1, 4])
    }

    @Test(arguments: [
        ("TOKEN=\"open-secret", "line 1 (TOKEN): the line has a quote that is not closed"),
        ("TOKEN='open-secret", "line 1 (TOKEN): the line has a quote that is not closed"),
        (#"TOKEN="open-secret\""#, "line 1 (TOKEN): the line has a quote that is not closed"),
        (
            "TOKEN=\"a\"open-secret",
            "line 1 (TOKEN): the line has text after the value; a value with blanks needs quotes"
        ),
        ("TOKEN=a open-secret", "line 1 (TOKEN): the line has text after the value; a value with blanks needs quotes"),
        ("TOKEN= open-secret", "line 1 (TOKEN): the line has text after the value; a value with blanks needs quotes"),
        ("TOKEN=\u{0}open-secret", "line 1 (TOKEN): the line holds a NUL byte"),
        ("open-secret", "line 1: the line has no \"=\""),
        ("open\u{0}secret", "line 1: the line holds a NUL byte"),
        (
            "open-secret=1",
            "line 1: the line has no valid key before \"=\" (letters, digits and underscores, no blanks)"
        ),
        ("TOKEN =1", "line 1: the line has no valid key before \"=\" (letters, digits and underscores, no blanks)"),
        ("=1", "line 1: the line has no valid key before \"=\" (letters, digits and underscores, no blanks)"),
        ("1A=1", "line 1: the line has no valid key before \"=\" (letters, digits and underscores, no blanks)"),
    ])
    func namesTheLineAndNotItsText(text: String, message: String) {
        let problems = VarsSyntax(Array(text.utf8)).problems
        #expect(problems.map(\.description) == [message])
    }

    @Test func refusesWhatIsNotUTF8() {
        let problems = VarsSyntax(Array("HOSTNAME=a".utf8) + [0xff, 0x0a]).problems
        #expect(problems.map(\.description) == ["line 1 (HOSTNAME): the line is not UTF-8"])
    }
}
