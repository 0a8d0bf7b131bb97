import Diagnostics

/// A controller does not get the namespaces that are asked for.
public enum NamespaceError: ExplainedError, Equatable {
    /// It makes no namespaces at all; `how` it shows that is a sentence.
    case notOffered(controller: String, how: String)
    /// It cannot have these namespaces; the reason is a sentence. Nothing was changed.
    case impossible(controller: String, reason: String)
    /// It refused a command; the reason is the end of a sentence.
    case refused(controller: String, command: String, reason: String)
    /// It did what it was asked to do, and the kernel shows something else.
    case notSeen(controller: String, what: String, waited: Duration)
    /// By now it has other namespaces than those that were to be replaced.
    case changed(controller: String)

    /// What failed, on what and why.
    public var description: String {
        switch self {
        case .notOffered(let controller, let how): "\(controller) makes no namespaces: \(how)"
        case .impossible(let controller, let reason):
            "\(controller) cannot have the namespaces of NVME_NAMESPACES: \(reason)"
        case .refused(let controller, let command, let reason): "\(controller) refused NVMe \(command): \(reason)"
        case .notSeen(let controller, let what, let waited):
            "\(what) of \(controller) after \(waited.components.seconds) s"
        case .changed(let controller):
            "\(controller) has other namespaces by now than those that NVME_NAMESPACES was to replace"
        }
    }

    /// What to try.
    public var advice: String {
        switch self {
        case .notOffered: "leave out NVME_NAMESPACES, and name the namespace by DISK_SERIAL or DISK_WWN as it is"
        case .impossible: "change NVME_NAMESPACES, or the controller's namespaces by hand"
        case .refused, .notSeen:
            "look at the kernel log, then `martlet retry`: it goes on from whatever namespaces there are by then"
        case .changed: "look at `martlet disks`, then `martlet retry`"
        }
    }
}
