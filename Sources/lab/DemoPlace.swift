import Foundation
import LabKit

/// Where a demo keeps its disk, its controller's state and its sockets, and what it leaves behind: the transcript.
struct DemoPlace {
    /// Cleared away at the end.
    let directory: String
    /// What the console said, with the seconds since power-on.
    let transcript: String

    init() throws {
        // Short, since the path of a UNIX socket has 107 bytes.
        directory = "/tmp/martlet-demo-\(UUID().uuidString.prefix(8))"
        let logs = Artefact.outputDirectory + "/vm-logs"
        for path in [directory, logs] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        transcript = logs + "/demo.log"
        try? FileManager.default.removeItem(atPath: transcript)
    }

    func clearAway() {
        try? FileManager.default.removeItem(atPath: directory)
    }
}
