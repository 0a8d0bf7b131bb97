/// Reads the statements of a GRUB script (the grammar of GRUB's `grub-core/script/parser.y`, in its documented form).
struct GRUBParser {
    /// Nested blocks that are followed; real configurations have fewer than ten.
    private static let deepestNesting = 64
    /// Statements with errors that are passed over before the rest of the file is given up.
    private static let mostErrors = 16

    private let tokens: [GRUBToken]
    private var position = 0

    /// All statements. Like GRUB's reader, a statement that cannot be parsed costs that statement only: parsing goes on
    /// with the line after the one it began on.
    static func parse(_ script: [UInt8]) -> (statements: [GRUBStatement], errors: [GRUBSyntaxError]) {
        var parser = GRUBParser(tokens: GRUBLexer.tokens(of: script))
        var statements: [GRUBStatement] = []
        var errors: [GRUBSyntaxError] = []
        while parser.skipSeparators(), errors.count < mostErrors {
            let start = parser.line
            do throws(GRUBSyntaxError) {
                statements.append(try parser.statement(depth: 0))
            } catch {
                errors.append(error)
                parser.rewind(toLineAfter: start)
            }
        }
        return (statements, errors)
    }

    private init(tokens: [GRUBToken]) {
        self.tokens = tokens
    }

    private var current: GRUBToken? { position < tokens.count ? tokens[position] : nil }
    private var line: Int { current?.line ?? tokens.last?.line ?? 1 }

    private var currentKeyword: String? {
        if case .word(let word)? = current?.kind { word.keyword } else { nil }
    }

    private func failure(_ reason: String) -> GRUBSyntaxError {
        GRUBSyntaxError(line: line, reason: reason)
    }

    /// Whether anything is left.
    private mutating func skipSeparators() -> Bool {
        while current?.kind == .separator { position += 1 }
        return current != nil
    }

    private mutating func rewind(toLineAfter start: Int) {
        while position > 0, tokens[position - 1].line > start { position -= 1 }
        while let token = current, token.line <= start { position += 1 }
    }

    private mutating func statement(depth: Int) throws(GRUBSyntaxError) -> GRUBStatement {
        guard depth < Self.deepestNesting else { throw failure("blocks are nested too deeply") }
        switch currentKeyword {
        case "if": return try conditional(depth: depth)
        case "while", "until": return try whileLoop(depth: depth)
        case "for": return try forLoop(depth: depth)
        case "function": return try function(depth: depth)
        case "then", "elif", "else", "fi", "do", "done":
            throw failure("\(currentKeyword ?? "") without its beginning")
        default: return try command(depth: depth)
        }
    }

    /// Statements up to one of the keywords, which is not consumed.
    private mutating func block(
        until keywords: Set<String>, depth: Int
    ) throws(GRUBSyntaxError) -> [GRUBStatement] {
        var statements: [GRUBStatement] = []
        while skipSeparators() {
            if let keyword = currentKeyword, keywords.contains(keyword) { return statements }
            statements.append(try statement(depth: depth + 1))
        }
        throw failure("the file ends before \(keywords.sorted().joined(separator: " or "))")
    }

    /// `{ … }`.
    private mutating func braces(depth: Int) throws(GRUBSyntaxError) -> [GRUBStatement] {
        guard current?.kind == .openBrace else { throw failure("{ is missing") }
        position += 1
        var statements: [GRUBStatement] = []
        while skipSeparators() {
            if current?.kind == .closeBrace {
                position += 1
                return statements
            }
            statements.append(try statement(depth: depth + 1))
        }
        throw failure("the file ends before }")
    }

    private mutating func expect(_ keyword: String) throws(GRUBSyntaxError) {
        _ = skipSeparators()
        guard currentKeyword == keyword else { throw failure("\(keyword) is missing") }
        position += 1
    }

    private mutating func conditional(depth: Int) throws(GRUBSyntaxError) -> GRUBStatement {
        var branches: [GRUBStatement.Branch] = []
        while true {
            position += 1
            let condition = try block(until: ["then"], depth: depth)
            position += 1
            let body = try block(until: ["elif", "else", "fi"], depth: depth)
            branches.append(GRUBStatement.Branch(condition: condition, body: body))
            let keyword = currentKeyword
            if keyword == "elif" { continue }
            position += 1
            guard keyword == "else" else { return .conditional(branches, otherwise: []) }
            let otherwise = try block(until: ["fi"], depth: depth)
            position += 1
            return .conditional(branches, otherwise: otherwise)
        }
    }

    private mutating func whileLoop(depth: Int) throws(GRUBSyntaxError) -> GRUBStatement {
        let until = currentKeyword == "until"
        position += 1
        let condition = try block(until: ["do"], depth: depth)
        position += 1
        let body = try block(until: ["done"], depth: depth)
        position += 1
        return .whileLoop(condition: condition, body: body, until: until)
    }

    private mutating func forLoop(depth: Int) throws(GRUBSyntaxError) -> GRUBStatement {
        position += 1
        guard let name = currentKeyword else { throw failure("for needs a name") }
        position += 1
        try expect("in")
        var words: [GRUBWord] = []
        while case .word(let word)? = current?.kind {
            words.append(word)
            position += 1
        }
        try expect("do")
        let body = try block(until: ["done"], depth: depth)
        position += 1
        return .forLoop(name: name, words: words, body: body)
    }

    private mutating func function(depth: Int) throws(GRUBSyntaxError) -> GRUBStatement {
        position += 1
        guard let name = currentKeyword else { throw failure("function needs a name") }
        position += 1
        _ = skipSeparators()
        return .function(name: name, body: try braces(depth: depth))
    }

    private mutating func command(depth: Int) throws(GRUBSyntaxError) -> GRUBStatement {
        var words: [GRUBWord] = []
        while let token = current {
            switch token.kind {
            case .word(let word):
                words.append(word)
                position += 1
                continue
            case .openBrace:
                guard let name = words.first else { throw failure("{ without a command") }
                let body = try braces(depth: depth)
                let isSubmenu = name.keyword == "submenu"
                // Other commands that take a block, such as hiddenentry, add nothing that can be the default.
                guard isSubmenu || name.keyword == "menuentry" else { return .command([]) }
                return .menu(words: Array(words.dropFirst()), body: body, isSubmenu: isSubmenu)
            case .closeBrace:
                guard !words.isEmpty else { throw failure("} without its {") }
                return .command(words)
            case .separator:
                return .command(words)
            case .unterminatedQuote:
                throw failure("a quote has no end")
            }
        }
        return .command(words)
    }
}
