extension YAMLNode {
    /// The one document of a text; `nil` when there is nothing but comments in it.
    ///
    /// - Throws: `YAMLError` when the text is no YAML in UTF-8, holds a key twice or several documents, or passes one of
    ///   the limits.
    public init?(parsing text: some Collection<UInt8>, limits: YAMLLimits = YAMLLimits()) throws(YAMLError) {
        guard text.count <= limits.bytes else { throw YAMLError(.tooLarge(limit: limits.bytes)) }
        var composer = YAMLComposer(events: try YAMLEvents(Array(text)), limits: limits)
        guard let node = try composer.document() else { return nil }
        self = node
    }
}

/// Builds the tree of values from the events of one text.
struct YAMLComposer: ~Copyable {
    /// A value with what it costs to use it once more.
    private struct Part {
        let node: YAMLNode
        /// How many values it consists of.
        let nodes: Int
        /// How many lists and mappings lie in each other.
        let height: Int
    }

    private enum Anchored {
        case complete(Part)
        /// Its end was not reached yet.
        case open
    }

    private var events: YAMLEvents
    private let limits: YAMLLimits
    private var anchors: [String: Anchored] = [:]
    private var nodes = 0

    init(events: consuming YAMLEvents, limits: YAMLLimits) {
        self.events = events
        self.limits = limits
    }

    mutating func document() throws(YAMLError) -> YAMLNode? {
        var root: YAMLNode?
        while true {
            let event = try events.next()
            switch event.kind {
            case .streamStart, .documentEnd: continue
            case .documentStart:
                guard root == nil else {
                    throw YAMLError(.severalDocuments, line: event.line, column: event.column)
                }
                root = try part(try events.next(), depth: 0).node
            default: return root
            }
        }
    }

    /// The value that begins with an event.
    private mutating func part(_ event: YAMLEvent, depth: Int) throws(YAMLError) -> Part {
        if case .alias(let name) = event.kind { return try alias(name, event, depth: depth) }
        try count(1, event)
        if let anchor = event.anchor { anchors[anchor] = .open }
        let part: Part
        switch event.kind {
        case .scalar(let scalar): part = Part(node: node(.scalar(scalar), event), nodes: 1, height: 0)
        case .sequenceStart: part = try sequence(event, depth: depth &+ 1)
        default: part = try mapping(event, depth: depth &+ 1)
        }
        if let anchor = event.anchor { anchors[anchor] = .complete(part) }
        return part
    }

    private mutating func alias(_ name: String, _ event: YAMLEvent, depth: Int) throws(YAMLError) -> Part {
        switch anchors[name] {
        case .complete(let part):
            // The values are not copied, but whoever walks the tree meets them again.
            try count(part.nodes, event)
            try check(depth &+ part.height, event)
            return part
        case .open: throw YAMLError(.recursiveAlias(name), line: event.line, column: event.column)
        case nil: throw YAMLError(.undefinedAlias(name), line: event.line, column: event.column)
        }
    }

    private mutating func sequence(_ start: YAMLEvent, depth: Int) throws(YAMLError) -> Part {
        try check(depth, start)
        var items: [YAMLNode] = []
        var (nodes, height) = (1, 0)
        while true {
            let event = try events.next()
            if case .sequenceEnd = event.kind { break }
            let item = try part(event, depth: depth)
            items.append(item.node)
            nodes &+= item.nodes
            height = max(height, item.height)
        }
        return Part(node: node(.sequence(items), start), nodes: nodes, height: height &+ 1)
    }

    private mutating func mapping(_ start: YAMLEvent, depth: Int) throws(YAMLError) -> Part {
        try check(depth, start)
        var entries: [YAMLEntry] = []
        var lines: [String: Int] = [:]
        var merged: YAMLNode?
        var (nodes, height) = (1, 0)
        while true {
            let event = try events.next()
            if case .mappingEnd = event.kind { break }
            let key = try part(event, depth: depth)
            guard case .scalar(let name) = key.node.content else {
                throw YAMLError(.keyIsNoScalar, line: event.line, column: event.column)
            }
            if let first = lines.updateValue(event.line, forKey: name.text) {
                throw YAMLError(.duplicateKey(name.text, firstLine: first), line: event.line, column: event.column)
            }
            let value = try part(try events.next(), depth: depth)
            nodes &+= key.nodes &+ value.nodes
            height = max(height, value.height)
            if name.isPlain, name.text == "<<" {
                merged = value.node
            } else {
                entries.append(YAMLEntry(key: name.text, line: event.line, value: value.node))
            }
        }
        if let merged { try merge(merged, into: &entries) }
        return Part(node: node(.mapping(entries), start), nodes: nodes, height: height &+ 1)
    }

    /// Adds the entries of other mappings whose keys are not there (https://yaml.org/type/merge.html).
    private func merge(_ source: YAMLNode, into entries: inout [YAMLEntry]) throws(YAMLError) {
        var keys = Set(entries.map(\.key))
        for mapping in source.sequence ?? [source] {
            guard let others = mapping.mapping else {
                throw YAMLError(.mergeOfNoMapping, line: source.line, column: source.column)
            }
            for entry in others where keys.insert(entry.key).inserted { entries.append(entry) }
        }
    }

    private func node(_ content: YAMLNode.Content, _ event: YAMLEvent) -> YAMLNode {
        YAMLNode(content, line: event.line, column: event.column)
    }

    private mutating func count(_ more: Int, _ event: YAMLEvent) throws(YAMLError) {
        nodes &+= more
        guard nodes <= limits.nodes else {
            throw YAMLError(.tooManyNodes(limit: limits.nodes), line: event.line, column: event.column)
        }
    }

    private func check(_ depth: Int, _ event: YAMLEvent) throws(YAMLError) {
        guard depth <= limits.depth else {
            throw YAMLError(.tooDeep(limit: limits.depth), line: event.line, column: event.column)
        }
    }
}
