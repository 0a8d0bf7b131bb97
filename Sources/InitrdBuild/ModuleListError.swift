import Diagnostics

/// A module list that does not fit the kernel.
public enum ModuleListError: ExplainedError, Equatable {
    /// Names that this kernel neither has as modules nor built in: each with where it stands and the nearest known name.
    case unknown(names: [Unknown], release: String)
    /// Something after a name that is no `!FLAVOUR` mark.
    case malformed(location: String, word: String)

    /// A name that the kernel does not know.
    public struct Unknown: Equatable, Sendable {
        /// The name as the list has it.
        public let name: String
        /// File and line.
        public let location: String
        /// The most similar name that the kernel knows, if any is similar.
        public let nearest: String?
    }

    /// One sentence without a final full stop.
    public var description: String {
        switch self {
        case .unknown(let names, let release):
            let list = names.map { unknown in
                "\(unknown.name) (\(unknown.location)\(unknown.nearest.map { "; nearest: \($0)" } ?? ""))"
            }
            return "kernel \(release) has no module named \(list.joined(separator: ", "))"
        case .malformed(let location, let word):
            return "\(location): `\(word)` after a module's name is not a mark such as `!cloud`"
        }
    }

    /// What to try.
    public var advice: String {
        switch self {
        case .unknown(_, let release):
            let flavour = ModuleList.flavour(ofRelease: release)
            return "correct the name, or mark the line `!\(flavour)` if that kernel is known not to have the module"
        case .malformed: return "put one module name on a line, then marks, then a comment after `#`"
        }
    }
}
