extension GRUBInterpreter {
    /// The commands `test` and `[` (GRUB manual, "test"): strings, numbers, files, `!`, `-a`, `-o` and parentheses.
    /// An expression that cannot be read is false.
    mutating func test(_ words: [String]) -> Bool {
        var rest = words[...]
        let result = alternatives(&rest, depth: 0)
        return rest.isEmpty && (result ?? false)
    }

    private mutating func alternatives(_ rest: inout ArraySlice<String>, depth: Int) -> Bool? {
        guard depth < 16, var result = conjunction(&rest, depth: depth) else { return nil }
        while rest.first == "-o" {
            rest.removeFirst()
            guard let next = conjunction(&rest, depth: depth) else { return nil }
            result = result || next
        }
        return result
    }

    private mutating func conjunction(_ rest: inout ArraySlice<String>, depth: Int) -> Bool? {
        guard var result = term(&rest, depth: depth) else { return nil }
        while rest.first == "-a" {
            rest.removeFirst()
            guard let next = term(&rest, depth: depth) else { return nil }
            result = result && next
        }
        return result
    }

    private mutating func term(_ rest: inout ArraySlice<String>, depth: Int) -> Bool? {
        var inverted = false
        while rest.first == "!", rest.count > 1 {
            rest.removeFirst()
            inverted.toggle()
        }
        guard let result = primary(&rest, depth: depth) else { return nil }
        return result != inverted
    }

    private mutating func primary(_ rest: inout ArraySlice<String>, depth: Int) -> Bool? {
        guard let first = rest.popFirst() else { return false }
        if let name = rest.first, let right = rest.dropFirst().first, let result = compare(first, name, right) {
            rest = rest.dropFirst(2)
            return result
        }
        if first == "(" {
            let result = alternatives(&rest, depth: depth + 1)
            return rest.popFirst() == ")" ? result : nil
        }
        if let operand = rest.first, let result = unary(first, operand) {
            rest.removeFirst()
            return result
        }
        return !first.isEmpty
    }

    private func compare(_ left: String, _ name: String, _ right: String) -> Bool? {
        switch name {
        case "=", "==": return left == right
        case "!=": return left != right
        case "<": return left < right
        case "<=": return left <= right
        case ">": return left > right
        case ">=": return left >= right
        default: break
        }
        let numbers = (Int(left) ?? 0, Int(right) ?? 0)
        switch name {
        case "-eq": return numbers.0 == numbers.1
        case "-ne": return numbers.0 != numbers.1
        case "-lt": return numbers.0 < numbers.1
        case "-le": return numbers.0 <= numbers.1
        case "-gt": return numbers.0 > numbers.1
        case "-ge": return numbers.0 >= numbers.1
        default: return nil
        }
    }

    private func unary(_ name: String, _ operand: String) -> Bool? {
        switch name {
        case "-n": !operand.isEmpty
        case "-z": operand.isEmpty
        case "-s": (files.size(of: path(operand)) ?? 0) > 0
        case "-f": files.size(of: path(operand)) != nil
        case "-d": files.names(in: path(operand)) != nil
        case "-e": files.size(of: path(operand)) != nil || files.names(in: path(operand)) != nil
        default: nil
        }
    }
}
