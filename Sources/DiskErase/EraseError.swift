import Diagnostics

/// A disk was not erased.
public enum EraseError: ExplainedError, Equatable {
    /// The disk refused a command; the reason is the end of a sentence.
    case refused(disk: String, command: String, reason: String)
    /// The disk's own operation ended in failure.
    case operationFailed(disk: String, operation: String)
    /// It did not end in time.
    case overdue(disk: String, operation: String, waited: Duration)
    /// The disk says that it is erased, and a byte offset shows that it is not.
    case unproven(disk: String, way: String, offset: UInt64)
    /// The disk answers nothing but a password; the reason says what to do.
    case locked(disk: String, reason: String)
    /// Our own password could not be taken away.
    case passwordRemains(disk: String)

    /// What failed, on what and why.
    public var description: String {
        switch self {
        case .refused(let disk, let command, let reason): "\(disk) refused \(command): \(reason)"
        case .operationFailed(let disk, let operation): "\(operation) of \(disk) failed, as the disk itself says"
        case .overdue(let disk, let operation, let waited):
            "\(operation) of \(disk) has not ended after \(waited.components.seconds / 60) minutes"
        case .unproven(let disk, let way, let offset):
            "\(disk) says that \(way) is done, but what byte \(offset) reads as shows that it is not"
        case .locked(let disk, let reason): "\(disk) is locked by an ATA password: \(reason)"
        case .passwordRemains(let disk):
            "\(disk) keeps the ATA password \"\(ATACommand.password)\", which was set for its erase"
        }
    }

    /// Whether the disk cannot even be overwritten now, or must not before somebody acts.
    var isFinal: Bool {
        switch self {
        case .locked, .passwordRemains, .overdue: true
        case .refused, .operationFailed, .unproven: false
        }
    }

    /// What to try.
    public var advice: String {
        switch self {
        case .refused, .operationFailed: "look at the kernel log; if it stays so, replace the disk"
        case .overdue: "leave the disk its power until it is done, then retry"
        case .unproven: "do not give this disk out of your hands; replace it, and report its model and firmware"
        case .locked: "`martlet disks` shows the disk; see hdparm(8), --security-unlock"
        case .passwordRemains:
            "power the machine off and on and start again: a disk that is found locked so is unlocked"
        }
    }
}
