import ProvisioningAPI

/// What a demo says at its end: how long each part took.
struct DemoSummary {
    /// A point that was reached.
    struct Milestone {
        let name: String
        /// Since power-on.
        let after: Duration
    }

    let milestones: [Milestone]
    /// Holds the agent's own lines, `[ 3/15] network … done 1.2s`.
    let transcript: String
    let transcriptPath: String
    let state: MachineState

    var text: String {
        var lines = ["", "", "Steps of the agent:"]
        lines += transcript.split(separator: "\n").compactMap { line in
            guard let match = line.firstMatch(of: /\[ *\d+\/\d+\] ([a-z-]+) … done (.+)$/) else { return nil }
            return "  \(Self.padded(String(match.1), to: 42)) \(match.2)"
        }
        lines.append("Since power-on:")
        lines += milestones.map { milestone in
            let tenths = milestone.after / .milliseconds(100)
            return "  \(Self.padded(milestone.name, to: 42)) \((tenths.rounded() / 10))s"
        }
        lines.append("Controller:  the machine has \(state)")
        lines.append("Transcript:  \(transcriptPath)")
        return lines.joined(separator: "\n")
    }

    private static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(width - text.count, 0))
    }
}
