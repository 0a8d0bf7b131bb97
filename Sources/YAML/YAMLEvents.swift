import CYAML

/// One event of libyaml's parser.
struct YAMLEvent {
    enum Kind {
        case streamStart, streamEnd, documentStart, documentEnd
        case alias(String)
        case scalar(YAMLScalar)
        case sequenceStart, sequenceEnd, mappingStart, mappingEnd
    }

    let kind: Kind
    /// The anchor of a scalar, sequence or mapping.
    var anchor: String?
    /// Counted from 1.
    let line: Int
    let column: Int
}

/// libyaml's event parser (yaml_parser_parse) over text in memory.
struct YAMLEvents: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let text: UnsafeMutableBufferPointer<UInt8>

    /// Copies the text, which must be UTF-8.
    init(_ bytes: [UInt8]) throws(YAMLError) {
        parser = .allocate(capacity: 1)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            throw YAMLError(.outOfMemory)
        }
        let mark: [UInt8] = [0xef, 0xbb, 0xbf]
        let content = bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...]
        text = .allocate(capacity: content.count)
        _ = text.initialize(fromContentsOf: content)
        // Without it libyaml would look for UTF-16, in which no offset of an error would fit.
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, text.baseAddress, text.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        text.deallocate()
    }

    /// The next event. After the end of the stream there is none.
    mutating func next() throws(YAMLError) -> YAMLEvent {
        var raw = yaml_event_t()
        guard yaml_parser_parse(parser, &raw) == 1 else { throw failure }
        defer { yaml_event_delete(&raw) }
        let line = Int(clamping: raw.start_mark.line) &+ 1
        let column = Int(clamping: raw.start_mark.column) &+ 1
        var event: YAMLEvent
        var tag: String?
        switch raw.type {
        case YAML_STREAM_START_EVENT: event = YAMLEvent(kind: .streamStart, line: line, column: column)
        case YAML_DOCUMENT_START_EVENT: event = YAMLEvent(kind: .documentStart, line: line, column: column)
        case YAML_DOCUMENT_END_EVENT: event = YAMLEvent(kind: .documentEnd, line: line, column: column)
        case YAML_ALIAS_EVENT:
            let name = Self.string(raw.data.alias.anchor) ?? ""
            event = YAMLEvent(kind: .alias(name), line: line, column: column)
        case YAML_SCALAR_EVENT:
            let scalar = raw.data.scalar
            let value = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            guard !value.contains(0) else { throw YAMLError(.nulCharacter, line: line, column: column) }
            tag = Self.string(scalar.tag)
            let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE && !Self.stringTags.contains(tag)
            let content = YAMLScalar(String(decoding: value, as: UTF8.self), isPlain: isPlain)
            event = YAMLEvent(kind: .scalar(content), line: line, column: column)
            event.anchor = Self.string(scalar.anchor)
        case YAML_SEQUENCE_START_EVENT:
            event = YAMLEvent(kind: .sequenceStart, line: line, column: column)
            event.anchor = Self.string(raw.data.sequence_start.anchor)
            tag = Self.string(raw.data.sequence_start.tag)
        case YAML_SEQUENCE_END_EVENT: event = YAMLEvent(kind: .sequenceEnd, line: line, column: column)
        case YAML_MAPPING_START_EVENT:
            event = YAMLEvent(kind: .mappingStart, line: line, column: column)
            event.anchor = Self.string(raw.data.mapping_start.anchor)
            tag = Self.string(raw.data.mapping_start.tag)
        case YAML_MAPPING_END_EVENT: event = YAMLEvent(kind: .mappingEnd, line: line, column: column)
        default: event = YAMLEvent(kind: .streamEnd, line: line, column: column)
        }
        // A value with a tag of somebody's own (`!include`, `!vault`) is not what its text says.
        if let tag, tag != "!", !tag.hasPrefix("tag:yaml.org,2002:") {
            throw YAMLError(.unknownTag(tag), line: line, column: column)
        }
        return event
    }

    private static let stringTags: [String?] = ["!", "tag:yaml.org,2002:str"]

    private static func string(_ text: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        text.map { String(cString: $0) }
    }

    /// What stopped the parser.
    private var failure: YAMLError {
        let state = parser.pointee
        let problem = state.problem.map { String(cString: $0) } ?? "it cannot be parsed"
        switch state.error {
        case YAML_MEMORY_ERROR: return YAMLError(.outOfMemory)
        case YAML_READER_ERROR:
            let before = text.prefix(Int(clamping: state.problem_offset))
            let value = state.problem_value >= 0 ? " (0x\(String(state.problem_value, radix: 16)))" : ""
            return YAMLError(.notText(problem + value), line: before.count { $0 == 0x0a } &+ 1)
        default:
            let line = Int(clamping: state.problem_mark.line) &+ 1
            let column = Int(clamping: state.problem_mark.column) &+ 1
            if hasTabInIndentation(line) { return YAMLError(.tab, line: line, column: column) }
            var what = problem
            if let context = state.context {
                what += " \(String(cString: context))"
                let start = Int(clamping: state.context_mark.line) &+ 1
                if start != line { what += " that begins on line \(start)" }
            }
            return YAMLError(.syntax(what), line: line, column: column)
        }
    }

    private func hasTabInIndentation(_ line: Int) -> Bool {
        let lines = text.split(separator: 0x0a, maxSplits: line, omittingEmptySubsequences: false)
        guard lines.indices.contains(line &- 1) else { return false }
        return lines[line &- 1].prefix { $0 == 0x20 || $0 == 0x09 }.contains(0x09)
    }
}
