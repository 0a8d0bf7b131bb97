import Diagnostics

/// A text that is no YAML, or more of it than is read.
public struct YAMLError: ExplainedError, Equatable {
    /// What is wrong.
    public enum Reason: Equatable, Sendable {
        /// The text has more bytes than the limit.
        case tooLarge(limit: Int)
        /// Lists and mappings lie deeper in each other than the limit.
        case tooDeep(limit: Int)
        /// There are more values than the limit, aliases expanded.
        case tooManyNodes(limit: Int)
        /// The bytes are no UTF-8, or hold characters that YAML does not allow; in words.
        case notText(String)
        /// A tab stands where only spaces can.
        case tab
        /// Anything else that breaks the syntax, in libyaml's words.
        case syntax(String)
        /// A key is there twice.
        case duplicateKey(String, firstLine: Int)
        /// A list or a mapping is used as a key.
        case keyIsNoScalar
        /// An alias to an anchor that nothing before it has.
        case undefinedAlias(String)
        /// An alias to a value that it is itself a part of.
        case recursiveAlias(String)
        /// `<<` with a value that is neither a mapping nor a list of mappings.
        case mergeOfNoMapping
        /// A tag that is none of YAML's own.
        case unknownTag(String)
        /// A scalar with the character U+0000.
        case nulCharacter
        /// A second document begins.
        case severalDocuments
        /// There is no memory.
        case outOfMemory
    }

    /// What is wrong.
    public let reason: Reason
    /// The line, counted from 1; `nil` when it is the whole text.
    public let line: Int?
    /// The column in characters, counted from 1.
    public let column: Int?

    init(_ reason: Reason, line: Int? = nil, column: Int? = nil) {
        self.reason = reason
        self.line = line
        self.column = column
    }

    /// Where it is, and what is wrong.
    public var description: String {
        guard let line else { return reason.description }
        return "line \(line)\(column.map { ", column \($0)" } ?? ""): \(reason.description)"
    }

    /// What to try.
    public var advice: String {
        switch reason {
        case .tab: "indent with spaces"
        case .outOfMemory: ""
        default: "correct the file; yamllint shows where it is not YAML"
        }
    }
}

extension YAMLError.Reason: CustomStringConvertible {
    /// What is wrong, in one clause.
    public var description: String {
        switch self {
        case .tooLarge(let limit): "the text has more than \(limit) bytes"
        case .tooDeep(let limit): "lists and mappings lie more than \(limit) deep in each other"
        case .tooManyNodes(let limit): "there are more than \(limit) values, aliases expanded"
        case .notText(let what): "this is no text: \(what)"
        case .tab: "a tab indents the line, where YAML allows spaces only"
        case .syntax(let what): "this is no YAML: \(what)"
        case .duplicateKey(let key, let line): "the key \(quotedText(key)) is there twice, first on line \(line)"
        case .keyIsNoScalar: "a list or a mapping is used as a key"
        case .undefinedAlias(let name): "no value before has the anchor &\(name)"
        case .recursiveAlias(let name): "the alias *\(name) lies within the value that it stands for"
        case .mergeOfNoMapping: "<< takes a mapping or a list of mappings"
        case .unknownTag(let tag): "the tag \(quotedText(tag)) is not known"
        case .nulCharacter: "the value holds the character U+0000"
        case .severalDocuments: "a second document begins, where only one is read"
        case .outOfMemory: "there is no memory to read the text"
        }
    }
}
