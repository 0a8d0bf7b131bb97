/// A YAML string that cannot be read as anything else, whatever it holds: double-quoted (YAML 1.2, 7.3.1).
enum YAMLScalar {
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case " "..."~": quoted.unicodeScalars.append(scalar)
            default:
                // ASCII only: readers differ in which other characters they take as line breaks.
                let digits = String(scalar.value, radix: 16)
                let width = scalar.value > 0xffff ? 8 : 4
                let zeros = String(repeating: "0", count: width - digits.utf8.count)
                quoted += (width == 8 ? "\\U" : "\\u") + zeros + digits
            }
        }
        return quoted + "\""
    }
}
