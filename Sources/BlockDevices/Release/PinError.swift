import Diagnostics
import LinuxSystem

/// The chosen disk cannot be held, or is not the chosen one any more.
public enum PinError: ExplainedError, Equatable {
    /// Something in the kernel holds it: a mount, an array, swap.
    case busy(String)
    /// It is not the disk that was chosen; the text completes a sentence that begins with its path.
    case changed(String, String)
    /// It is not held at this moment, because its partitions are or were mounted.
    case notHeld(String)
    /// A system call failed.
    case failed(SystemCallError)

    /// What failed, on what and why.
    public var description: String {
        switch self {
        case .busy(let path): "\(path) cannot be taken exclusively: a mount, an array or another program holds it"
        case .changed(let path, let how): "\(path) is not the disk that was chosen: it \(how)"
        case .notHeld(let path): "\(path) is not held exclusively at this moment"
        case .failed(let error): error.description
        }
    }

    /// What to try.
    public var advice: String {
        switch self {
        case .busy: "unmount it or stop what uses it; `martlet disks` shows what is known to hold it"
        case .changed: "check its cabling and slot, then start again so that a disk is chosen afresh"
        case .notHeld, .failed: "check the disk's cabling and the kernel log"
        }
    }
}
