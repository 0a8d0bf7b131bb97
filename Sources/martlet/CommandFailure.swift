import ArgumentParser
import Diagnostics
import Glibc
import LinuxSystem

/// Runs what a command does, and says why when it fails.
///
/// - Parameter report: gets the sentence and what to try as well, for programs.
/// - Throws: `ExitCode`.
func runCommand(_ report: (_ message: String, _ advice: String) -> Void, _ body: () async throws -> Void) async throws {
    // Who reads along must not decide whether a disk is finished.
    signal(SIGPIPE, SIG_IGN)
    do {
        try await body()
    } catch let exit as ExitCode {
        throw exit
    } catch {
        let explanation = inOptions(error.explanation)
        let advice = (error as? SystemCallError).map { kernelAdvice($0) } ?? inOptions(error.advisedAction)
        standardError("martlet: \(explanation)\(advice.isEmpty ? "" : "; \(advice)")")
        report(explanation, advice)
        throw ExitCode(1)
    }
}

/// What a text names by the agent's settings, by this program's options.
private func inOptions(_ text: String) -> String {
    let options = [
        "IMAGE_HEADERS": "--header", "/deploy/ca.pem": "the file of --ca-file",
        "INSECURE_TRANSPORT=true": "--insecure-transport",
        "/deploy/registry-auth.json (martlet write: ~/.docker/config.json)": "~/.docker/config.json",
    ]
    return options.reduce(text) { text, option in text.replacing(option.key, with: option.value) }
}

private func kernelAdvice(_ error: SystemCallError) -> String {
    switch error.errno {
    case .noSuchFileOrDirectory: "check the path"
    case .permissionDenied, .notPermitted: "run it as root"
    case .noSpace: "make room there, or name another place"
    default: ""
    }
}
