import Diagnostics
import SystemPackage

/// One module that was put, or failed to be put, into the kernel.
public struct ModuleLoad: Equatable, Sendable {
    /// How it ended.
    public enum Outcome: Equatable, Sendable {
        /// In the kernel now.
        case loaded
        /// It was in the kernel already.
        case alreadyThere
        /// Not in the kernel, or not known to be.
        case failed(ModuleError)
    }

    /// The module's name, with underscores.
    public let module: String
    /// How it ended.
    public let outcome: Outcome
    /// How long the kernel took. Drivers look for their devices in this time.
    public let duration: Duration
}

/// A module that could not be loaded.
public struct ModuleError: ExplainedError, Equatable {
    /// Why.
    public enum Reason: Equatable, Sendable {
        /// Neither a module nor an alias that this kernel knows.
        case unknown
        /// The kernel refused it.
        case refused(Errno)
        /// The kernel has not come back from loading it.
        case notReturned(after: Duration)
    }

    /// The module's name.
    public let module: String
    /// The module that needs it, when it was not asked for itself.
    public let neededBy: String?
    /// Why.
    public let reason: Reason

    /// One sentence without a final full stop.
    public var description: String {
        let whose = neededBy.map { " (needed by \($0))" } ?? ""
        switch reason {
        case .unknown: return "module \(module)\(whose) is not in this initramfs"
        case .refused(let errno): return "the kernel refuses module \(module)\(whose): \(errno)"
        case .notReturned(let limit):
            return "finit_module on \(module)\(whose) has not returned after \(limit.components.seconds) s"
        }
    }

    /// What to try.
    public var advice: String {
        switch reason {
        case .unknown: "add it to a list in kernel-modules/ and build the initramfs again"
        case .refused(.noSuchFileOrDirectory): "build the initramfs again: a module that this one uses is missing"
        case .refused(.operationNotSupportedByDevice): "nothing, if the machine lacks this hardware"
        case .refused: "see the kernel's own message with `dmesg`; the modules must be of exactly this kernel"
        case .notReturned: "look at `dmesg` for the device it waits for; `modprobe.blacklist=\(module)` leaves it out"
        }
    }
}
