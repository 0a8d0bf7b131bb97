import Foundation

/// Short programs of the host, such as sgdisk and mkfs, run to their end.
public enum HostTool {
    /// Runs a program and returns what it printed.
    ///
    /// - Throws: `LabFailure` with its output when it fails or takes longer than `limit`.
    @discardableResult
    public static func run(_ arguments: [String], within limit: Duration = .seconds(60)) async throws -> String {
        let outputPath = NSTemporaryDirectory() + "lab-tool-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: outputPath) }
        let process = try ChildProcess(arguments, outputPath: outputPath)
        defer { process.kill() }
        let ending = try await process.waitForEnd(within: limit)
        guard ending == .exited(0) else {
            throw LabFailure("\(arguments.joined(separator: " ")) failed (\(ending)): \(process.output)")
        }
        return process.output
    }
}
