import DeployVars
import Diagnostics
import LinuxSystem
import ProvisioningAPI

/// What the kernel command line asks of the agent: `martlet.vars=`, `martlet.break=`, `martlet.debug`, `console=`, …
public struct KernelArguments: Sendable, Equatable {
    /// All arguments in order; a flag has no value.
    public let all: [(name: String, value: String?)]

    /// Reads a command line. Double quotes keep blanks together, as in the kernel (admin-guide/kernel-parameters).
    public init(_ commandLine: String) {
        var arguments: [(name: String, value: String?)] = []
        var word = ""
        var quoted = false
        func finish() {
            guard !word.isEmpty else { return }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            arguments.append((parts[0], parts.count > 1 ? parts[1] : nil))
            word = ""
        }
        for character in commandLine {
            if character == "\"" {
                quoted.toggle()
            } else if character.isWhitespace, !quoted {
                finish()
            } else {
                word.append(character)
            }
        }
        finish()
        all = arguments
    }

    /// The running kernel's own.
    public static func current() -> KernelArguments {
        KernelArguments((try? Files.readText("/proc/cmdline")) ?? "")
    }

    /// The last value given for a name.
    public func value(_ name: String) -> String? {
        all.last { $0.name == name }?.value
    }

    /// Whether a flag is there, with or without a value.
    public func contains(_ name: String) -> Bool {
        all.contains { $0.name == name }
    }

    /// Every value given for a name, in order.
    public func values(_ name: String) -> [String] {
        all.compactMap { $0.name == name ? $0.value : nil }
    }

    /// The steps of `martlet.break=`, comma-separated, and the names among them that are no steps.
    public var breakpoints: (steps: Set<StepName>, unknown: [String]) {
        let names = values("martlet.break").flatMap { $0.split(separator: ",").map(String.init) }
        return (Set(names.compactMap(StepName.init(rawValue:))), names.filter { StepName(rawValue: $0) == nil })
    }

    /// What of the arguments must not be printed: parts of the URL that the vars come from.
    var secrets: SecretScrubber {
        SecretScrubber(values("martlet.vars").flatMap(SecretParts.ofURL))
    }

    /// The same arguments in the same order.
    public static func == (left: Self, right: Self) -> Bool {
        left.all.elementsEqual(right.all) { $0.name == $1.name && $0.value == $1.value }
    }
}
