extension GRUBInterpreter {
    /// Replaces variables. One word can come to none or to several: a value outside quotes is split at blanks.
    mutating func expand(_ words: [GRUBWord]) throws(BootEntryError) -> [String] {
        var expanded: [String] = []
        for word in words {
            // nil until there is something: an unquoted empty value leaves no word.
            var current: String? = word.isQuoted ? "" : nil
            var endsInBlank = false
            for segment in word.segments {
                if endsInBlank, let done = current {
                    expanded.append(done)
                    current = nil
                }
                endsInBlank = false
                switch segment {
                case .literal(let text):
                    current = (current ?? "") + text
                case .variable("@", quoted: true):
                    for (index, parameter) in parameters.enumerated() {
                        if index > 0 { expanded.append(current ?? "") }
                        current = index > 0 ? parameter : (current ?? "") + parameter
                    }
                case .variable(let name, quoted: true):
                    current = (current ?? "") + value(of: name)
                case .variable(let name, quoted: false):
                    let value = value(of: name)
                    let startsWithBlank = value.first?.isWhitespace == true
                    for (index, part) in value.split(whereSeparator: \.isWhitespace).enumerated() {
                        if index > 0 || startsWithBlank, let done = current {
                            expanded.append(done)
                            current = nil
                        }
                        current = (current ?? "") + part
                    }
                    endsInBlank = value.last?.isWhitespace == true
                }
                try budget.spend(current?.utf8.count ?? 0, of: configuration)
            }
            if let current { expanded.append(current) }
        }
        try budget.spend(expanded.reduce(0) { $0 + $1.utf8.count }, of: configuration)
        return expanded
    }

    /// A variable's or a positional parameter's value; empty when it is not set.
    private func value(of name: String) -> String {
        switch name {
        case "@", "*": return parameters.joined(separator: " ")
        case "#": return String(parameters.count)
        case "?": return lastStatus ? "0" : "1"
        default:
            guard let number = Int(name) else { return variables[name] ?? "" }
            return number >= 1 && number <= parameters.count ? parameters[number - 1] : ""
        }
    }
}
