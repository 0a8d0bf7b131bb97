import Foundation
import Glibc
import LabKit
import Synchronization

/// Shows a machine's console on standard output as it comes, without what would clear or recolour the operator's terminal.
final class LiveView: Sendable {
    private let filter: Mutex<ConsoleText>

    init() {
        filter = Mutex(ConsoleText(isatty(STDOUT_FILENO) == 1 ? .asSent : .asLines))
    }

    /// Shows what the machine printed.
    func show(_ bytes: [UInt8]) {
        let text = filter.withLock { $0.plain(bytes) }
        FileHandle.standardOutput.write(Data(text))
    }

    /// Shows a line of the lab's own, unbuffered as the machine's, so that they stay in order.
    func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}
