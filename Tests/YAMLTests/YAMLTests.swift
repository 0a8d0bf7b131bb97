import Testing

@testable import YAML

/// A tree in short: lists in brackets, mappings in braces, scalars as they are.
private func outline(_ node: YAMLNode) -> String {
    switch node.content {
    case .scalar(let scalar): scalar.isNull ? "null" : scalar.text
    case .sequence(let nodes): "[\(nodes.map(outline).joined(separator: " "))]"
    case .mapping(let entries): "{\(entries.map { "\($0.key)=\(outline($0.value))" }.joined(separator: " "))}"
    }
}

private func parse(_ text: String, _ limits: YAMLLimits = YAMLLimits()) throws(YAMLError) -> YAMLNode? {
    try YAMLNode(parsing: Array(text.utf8), limits: limits)
}

@Suite struct YAMLTests {
    @Test(arguments: [
        ("a: 1\nb: [x, 'y z', \"q\\n\"]", "{a=1 b=[x y z q\n]}"),
        ("- a\n- b: c\n- []\n- {}", "[a {b=c} [] {}]"),
        ("---\na:\n...\n", "{a=null}"),
        ("\u{feff}a: b", "{a=b}"),
        ("a: &x {b: 1}\nc: *x\nd: [*x, *x]", "{a={b=1} c={b=1} d=[{b=1} {b=1}]}"),
        ("a: &x b\n*x : c", "{a=b b=c}"),
        ("a: &x 1\nb: &x 2\nc: *x", "{a=1 b=2 c=2}"),
        ("a: &x {k: 1, l: 2}\nb: {<<: *x, l: 3}", "{a={k=1 l=2} b={l=3 k=1}}"),
        ("b: {<<: [{k: 1}, {k: 2, m: 3}]}", "{b={k=1 m=3}}"),
        ("'<<': 1", "{<<=1}"),
        ("z: 1\na: 2\nm: 3", "{z=1 a=2 m=3}"),
        ("mac: 11:22:33:44:55:66", "{mac=11:22:33:44:55:66}"),
        ("a: |\n  x\n  y\n", "{a=x\ny\n}"),
        (#"{"network": {"version": 2}}"#, "{network={version=2}}"),
        ("a: \r\n  b: c\r\n", "{a={b=c}}"),
    ])
    func `text becomes a tree with its keys in order`(text: String, expected: String) throws {
        #expect(try parse(text).map(outline) == expected)
    }

    @Test(arguments: ["", "\n\n", "# only this\n", "\u{feff}"])
    func `a text without a document is nothing`(text: String) throws {
        #expect(try parse(text) == nil)
    }

    @Test func `values and keys know their lines`() throws {
        let root = try #require(try parse("# c\na: 1\nb:\n  - x\n  - {y: z}\nc: &k\n  d: 1\ne: *k\n"))
        let entries = try #require(root.mapping)
        #expect(entries.map(\.line) == [2, 3, 6, 8])
        #expect(entries.map(\.value.line) == [2, 4, 6, 6])
        #expect(entries[1].value.sequence?.map(\.line) == [4, 5])
        #expect(entries[1].value.sequence?.map(\.column) == [5, 5])
    }

    @Test(arguments: [
        (#"'true'"#, true), ("yes", true), ("ON", true), ("y", true), ("False", false), ("no", false), ("off", false),
        ("n", false), ("1", nil), ("maybe", nil), ("", nil), ("[yes]", nil),
    ])
    func `truth is written as YAML 1,1 has it`(text: String, expected: Bool?) throws {
        #expect(try parse("v: \(text)")?.mapping?.first?.value.bool == expected)
    }

    @Test(arguments: [
        ("0", 0), ("65535", 65535), ("'42'", 42), ("010", 10), ("65536", nil), ("-1", nil), ("+1", nil), ("1.0", nil),
        ("0x10", nil), ("1_000", nil), ("", nil), ("٣", nil),
    ])
    func `numbers are decimal and fit`(text: String, expected: UInt16?) throws {
        #expect(try parse("v: \(text)")?.mapping?.first?.value.integer(UInt16.self) == expected)
    }

    @Test(
        arguments: [
            ("[a, b]", ["a", "b"], ["a", "b"]), ("a", nil, ["a"]), ("[]", [], []), ("[a, [b]]", nil, nil),
            ("{}", nil, nil),
            ("~", nil, nil), ("[~]", nil, nil), ("'~'", nil, ["~"]), ("!!str ~", nil, ["~"]), ("! ''", nil, [""]),
        ] as [(String, [String]?, [String]?)])
    func `lists hold scalars only`(text: String, strings: [String]?, stringOrStrings: [String]?) throws {
        let value = try #require(try parse("v: \(text)")?.mapping?.first?.value)
        #expect(value.strings == strings)
        #expect(value.stringOrStrings == stringOrStrings)
    }

    @Test(arguments: [
        ("a: 1\nb: 2\na: 3", "line 3, column 1: the key \"a\" is there twice, first on line 1"),
        ("a: {b: 1, 'b': 2}", "line 1, column 11: the key \"b\" is there twice, first on line 1"),
        ("a:\n\tb: 1", "line 2, column 1: a tab indents the line, where YAML allows spaces only"),
        ("a:\n  b: 1\n \tc: 1", "line 3, column 2: a tab indents the line, where YAML allows spaces only"),
        ("a: b: c", "line 1, column 5: this is no YAML: mapping values are not allowed in this context"),
        (
            "a:\n  - b\n c: d",
            "line 3, column 2: this is no YAML: did not find expected key while parsing a block mapping that begins on"
                + " line 1"
        ),
        (
            "a: [1,\n2\n",
            "line 3, column 1: this is no YAML: did not find expected ',' or ']' while parsing a flow sequence that"
                + " begins on line 1"
        ),
        ("a: *b", "line 1, column 4: no value before has the anchor &b"),
        ("a: &b\n  c: *b", "line 2, column 6: the alias *b lies within the value that it stands for"),
        ("a: &b [*b]", "line 1, column 8: the alias *b lies within the value that it stands for"),
        ("a: 1\n---\nb: 2", "line 2, column 1: a second document begins, where only one is read"),
        ("[a]: b", "line 1, column 1: a list or a mapping is used as a key"),
        ("a: {<<: 1}", "line 1, column 9: << takes a mapping or a list of mappings"),
        ("a: !include b", "line 1, column 4: the tag \"!include\" is not known"),
        ("a: \"\\0\"", "line 1, column 4: the value holds the character U+0000"),
        ("a: b\nc: \u{1}", "line 2: this is no text: control characters are not allowed (0x1)"),
    ])
    func `what is wrong is told with its place`(text: String, message: String) {
        let error = #expect(throws: YAMLError.self) { try parse(text) }
        #expect(error?.description == message)
    }

    @Test(arguments: [
        [0xff, 0xfe, 0x61, 0x00], [0x61, 0x3a, 0x20, 0xc3, 0x28], [0x7f, 0x45, 0x4c, 0x46, 0x02, 0x01],
    ])
    func `bytes that are no UTF-8 text are refused`(bytes: [UInt8]) {
        let error = #expect(throws: YAMLError.self) { try YAMLNode(parsing: bytes) }
        #expect(error?.line == 1)
        guard case .notText = error?.reason else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `a billion laughs end at once`() {
        var text = "a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n"
        for level in 1...9 {
            let alias = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(alias)]\n"
        }
        let error = #expect(throws: YAMLError.self) { try parse(text) }
        #expect(error?.reason == .tooManyNodes(limit: 20_000))
    }

    @Test func `limits hold to the last byte, level and value`() throws {
        var limits = YAMLLimits()
        (limits.bytes, limits.depth, limits.nodes) = (12, 3, 6)
        #expect(try parse("[[[a]], b,c]", limits) != nil)
        #expect(throws: YAMLError(.tooLarge(limit: 12))) { try parse("[[[a]], b,c] ", limits) }
        #expect(throws: YAMLError(.tooDeep(limit: 3), line: 1, column: 4)) { try parse("[[[[a]]]]", limits) }
        limits.bytes = 13
        #expect(throws: YAMLError(.tooManyNodes(limit: 6), line: 1, column: 12)) { try parse("[a,b,c,d,e,f]", limits) }
    }

    @Test func `depth is counted through aliases`() {
        var limits = YAMLLimits()
        limits.depth = 4
        #expect(throws: Never.self) { try parse("a: &x [[1]]\nb: [*x]", limits) }
        let error = #expect(throws: YAMLError.self) { try parse("a: &x [[1]]\nb: [[*x]]", limits) }
        #expect(error?.reason == .tooDeep(limit: 4))
    }

    @Test(arguments: ["[", "{", "- ", "? ", "a: [", "&a ", "!!str "])
    func `a megabyte of openings ends in an error, soon`(opening: String) {
        let text = String(repeating: opening, count: (1 << 20) / opening.utf8.count)
        let clock = ContinuousClock()
        let time = clock.measure {
            _ = #expect(throws: YAMLError.self) { try parse(text) }
        }
        #expect(time < .seconds(20))
    }

    @Test func `random bytes never trap`() {
        var random = SystemRandomNumberGenerator()
        let alphabet = Array("abc:-?[]{},&*#!|>'\"%@ \n\t~<0".utf8) + [0xff, 0xc3, 0x00]
        for _ in 0..<3000 {
            let bytes = (0..<Int.random(in: 0..<80, using: &random)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
            }
            _ = try? YAMLNode(parsing: bytes)
        }
    }
}
